"""The ONE table of codes: what each means, how bad it is and what to do. Docs and checks are generated from it."""

from __future__ import annotations

from typing import Final, Literal

from attrs import frozen


@frozen
class Code:
    """Meaning of a code."""

    severity: Literal["error", "warning", "info"]
    meaning: str
    fix: str = ""


CODES: Final[dict[str, Code]] = {
    # reading
    "syntax_error": Code("error", "a text cannot be read at all", "mend the text at the caret"),
    "encoding_error": Code("error", "the bytes are not UTF-8", "save the file as UTF-8"),
    "forbidden_yaml": Code("error", "a YAML feature outside the accepted subset", "write the value out plainly"),
    "duplicate_key": Code("error", "a mapping has the same key twice", "keep one of them"),
    "document_too_large": Code("error", "a document is larger or deeper than the limit", "move series to CSV files"),
    "non_finite_number": Code("error", "a number is not finite", "write a finite number"),
    "invalid_document": Code("error", "a document breaks one or more rules", "see the findings"),
    "invalid_input": Code("error", "the input is wrong", "see the message"),
    "schema_violation": Code("error", "a value has the wrong type or shape, or is missing", "see the message"),
    "unknown_key": Code("warning", "a key has no meaning here and is ignored", "remove it or mend its spelling"),
    "invalid_csv": Code("error", "a CSV is not two columns of bin and number in bin order", "see the message"),
    "invalid_id": Code("error", "an id does not match its pattern", "rename it"),
    "invalid_run_id": Code("error", "a run id does not match its pattern", "choose another id"),
    # templates
    "missing_parameter": Code("error", "a required parameter has no value", "give it with -p name=value"),
    "unknown_parameter": Code("error", "a value is given for a parameter the template does not declare", "remove it"),
    "parameter_type": Code("error", "a parameter value has the wrong type", "give a value of the declared type"),
    "parameter_range": Code("error", "a parameter value is outside min, max or enum", "give an allowed value"),
    "parameter_length": Code("error", "an array parameter does not fit the grid", "give one value per bin"),
    "undeclared_placeholder": Code("error", "a placeholder names no declared parameter", "declare it or mend its name"),
    "unused_parameter": Code("warning", "a declared parameter is used nowhere", "remove it or use it"),
    "invalid_default": Code("error", "a parameter's default breaks its own rules", "mend the default"),
    "missing_mapping": Code("error", "a topology node lacks a role that this mode requires", "map the role"),
    "invalid_template": Code(
        "error", "a template of the library is wrong whatever is asked of it", "mend the template"
    ),
    "ambiguous_template": Code("warning", "two files of one directory carry the same template id", "rename one"),
    # models
    "duplicate_id": Code("error", "two things carry one id", "rename one"),
    "reserved_id": Code("error", "an id is the name of a function in upper case", "rename it"),
    "unknown_series": Code("error", "a reference names no series", "mend the name or declare the series"),
    "unknown_role": Code("error", "a role is not mapped and not derived for that node", "map the role"),
    "unknown_node": Code("error", "a reference names no topology node", "mend the name"),
    "unknown_class": Code("error", "a reference names no declared class", "mend the name or declare the class"),
    "unknown_function": Code("error", "an expression calls a function that does not exist", "mend the name"),
    "wrong_arity": Code("error", "a function has too few or too many arguments", "see the function reference"),
    "literal_required": Code("error", "an argument must be a literal number of a certain kind", "write the number"),
    "series_length": Code("error", "a list does not have one value per bin", "give one value per bin"),
    "same_bin_cycle": Code("error", "series depend on each other within one bin", "put a SHIFT of 1 on one of them"),
    "whole_series_in_loop": Code(
        "error", "a whole-series function reads a series of its own feedback loop", "use a running function"
    ),
    "invalid_pmf": Code("error", "a distribution breaks its rules", "see the message"),
    "pmf_renormalised": Code("warning", "probabilities did not sum to 1 and were divided by their sum"),
    "invalid_profile": Code("error", "a profile is unknown, misplaced or has wrong weights", "see the message"),
    "invalid_grid": Code("error", "the grid breaks its rules", "see the message"),
    "invalid_topology": Code("error", "a topology node, edge or constraint breaks its rules", "see the message"),
    "served_not_mapped": Code("warning", "served names an undeclared series and nothing derives it", "map served"),
    "unknown_output": Code("warning", "an output selects no series", "mend the name"),
    "missing_source": Code("error", "a file that a source names was not given or cannot be read", "mend the path"),
    "not_supported_yet": Code("error", "a construct is recognised but not evaluated by this version"),
    "class_mix_undefined": Code("info", "an expression does not pass on the classes of what it reads"),
    "router_missing_class_route": Code("error", "part of a router's input has no route", "add a route by weight"),
    "retry_kernel_policy": Code("warning", "a retry kernel was corrected", "write at most 32 taps of 0 or more, sum 1"),
    # evaluation
    "division_by_zero": Code("warning", "a division by zero counted as 0", "guard the divisor"),
    "non_finite_input": Code("warning", "a queue input was not finite and counted as 0", "see the series"),
    "negative_input": Code("warning", "a queue input was negative and counted as 0", "see the series"),
    "negative_wip_limit": Code("error", "a WIP limit is negative", "use 0 or more, or no limit"),
    "outflow_exceeds_queue": Code("warning", "more was to leave a queue than it held", "bound the outflow"),
    # invariants of a finished evaluation
    "arrivals_negative": Code("warning", "arrivals are negative", "see the series"),
    "served_negative": Code("warning", "served is negative", "see the series"),
    "errors_negative": Code("warning", "errors are negative", "see the series"),
    "attempts_negative": Code("warning", "attempts are negative", "see the series"),
    "failures_negative": Code("warning", "failures are negative", "see the series"),
    "exhausted_failures_negative": Code("warning", "exhausted failures are negative", "see the series"),
    "queue_negative": Code("warning", "a queue depth is negative", "see the series"),
    "retry_echo_negative": Code("warning", "a retry echo is negative", "see the series"),
    "retry_budget_negative": Code("warning", "a retry budget is negative", "see the series"),
    "served_exceeds_arrivals": Code("warning", "a node without a queue serves more than comes in", "bound served"),
    "served_exceeds_capacity": Code("warning", "a node serves more than capacity x parallelism", "bound served"),
    "errors_exceed_arrivals": Code("warning", "more fails at a node without a queue than comes in", "bound errors"),
    "attempts_below_arrivals": Code("warning", "attempts are fewer than arrivals", "count first tries as attempts"),
    "failures_exceed_attempts": Code("warning", "more attempts fail than are made", "bound failures by attempts"),
    "exhausted_exceeds_failures": Code("warning", "more failures are exhausted than there are", "bound them"),
    "exhausted_exceeds_errors": Code("warning", "more failures are exhausted than there are errors", "bound them"),
    "attempts_conservation_mismatch": Code(
        "warning", "attempts are not what was served and what failed", "attempts = served + failures"
    ),
    "queue_depth_mismatch": Code(
        "warning", "a queue depth does not follow from its flows", "let the engine derive it, or mend the flows"
    ),
    "edge_flow_mismatch_outgoing": Code(
        "warning", "edges out of a node do not carry what it passes on", "mend the weights"
    ),
    "edge_flow_mismatch_incoming": Code(
        "warning", "arrivals of a node are not what its edges bring", "add the missing edge, or mend arrivals"
    ),
    "edge_class_mismatch": Code("warning", "edges do not carry the classes of their node", "follow the classes"),
    "edge_class_partial_coverage": Code(
        "warning", "some classes of a node are on no edge", "give every source its classes"
    ),
    "edge_behavior_violation_lag": Code(
        "warning", "arrivals ignore the lag of the edge that brings them", "use SHIFT in arrivals, or drop the lag"
    ),
    "router_class_leakage": Code("warning", "what a router sends out is not what it takes in", "mend the targets"),
    "class_totals_mismatch": Code("warning", "the classes of a series do not sum to its total", "see the series"),
    "class_series_missing_outflow": Code("warning", "inflow has classes and outflow has none", "follow the classes"),
    "class_series_missing_loss": Code("warning", "inflow has classes and loss has none", "follow the classes"),
    "class_series_missing_served": Code("warning", "arrivals have classes and served has none", "follow the classes"),
    "class_series_missing_errors": Code("warning", "arrivals have classes and errors have none", "follow the classes"),
    "class_series_partial_outflow": Code("warning", "outflow lacks classes of the inflow", "follow the classes"),
    "class_series_partial_loss": Code("warning", "loss lacks classes of the inflow", "follow the classes"),
    "class_series_partial_served": Code("warning", "served lacks classes of the arrivals", "follow the classes"),
    "class_series_partial_errors": Code("warning", "errors lack classes of the arrivals", "follow the classes"),
    "constraint_missing_arrivals": Code("warning", "the run holds no arrivals of a constraint", "declare the series"),
    "constraint_missing_served": Code("warning", "a constraint has no capacity and never limits", "map its served"),
    "dispatch_capacity_missing": Code("warning", "the run holds no capacity of a schedule", "declare the series"),
    "dispatch_missing_served_series": Code("info", "a node has a schedule and nothing to dispatch", "map served"),
    "dispatch_never_releases": Code("info", "work arrives and its schedule never lets any go", "mend the schedule"),
    "dlq_non_terminal_inbound": Code("warning", "an edge into a dead letter queue is not terminal", "type: terminal"),
    "dlq_non_terminal_outbound": Code("warning", "an edge out of a dead letter queue is not terminal", "drop the edge"),
    "dependency_missing_effort_edges": Code("info", "no effort edge leads to a dependency", "add one"),
    "dependency_retry_pressure_missing": Code(
        "info", "a dependency fails, and nobody who calls it counts attempts", "map attempts of a caller"
    ),
    "queue_latency_unreported": Code("info", "work waits and none is served, so that latency is undefined"),
    "queue_latency_gate_closed": Code("info", "work waits while the schedule is closed: latency is undefined"),
    "capacity_all_zero": Code("info", "the capacity of a node is 0 in every bin", "see the series"),
    "missing_capacity_series": Code("info", "a node has no capacity, so that utilization is undefined", "map it"),
    "missing_dependency_arrivals": Code("info", "a dependency has no arrivals", "map arrivals"),
    "missing_dependency_served": Code("info", "a dependency has no served", "map served"),
    "missing_exhausted_failures_series": Code("warning", "maxAttempts without exhausted failures", "map them"),
    "missing_processing_time_series": Code("info", "a node has no processing time, so no service time", "map it"),
    "missing_queue_depth_series": Code("info", "a queue has no depth", "map queueDepth"),
    "missing_retry_budget_series": Code("warning", "an older run limits attempts without a budget series"),
    "missing_served_count_series": Code("info", "a node has no served count, so no service time", "map it"),
    "missing_served_series": Code("info", "a node has no served", "map served"),
    "post_eval_injection": Code("warning", "an older run holds a series that its model does not declare"),
    "router_diagnostics_failed": Code("warning", "an older run could not be checked for its routers"),
    "class_coverage_failed": Code("warning", "an older run could not be checked for its classes"),
    "topology_class_coverage_failed": Code("warning", "an older run could not be checked for its classes"),
    # signals of a state
    "backlog_growth_streak": Code("warning", "a queue grows for three bins or more", "add capacity"),
    "backlog_overload_ratio": Code("warning", "arrivals pass capacity for three bins or more", "add capacity"),
    "backlog_age_risk": Code("warning", "latency passes slaMin for three bins or more", "add capacity"),
    "littles-law-non-stationary": Code(
        "warning", "arrivals of the two halves of a window differ, so that mean latencies mislead", "ask for less bins"
    ),
    "attempts_series_missing": Code("warning", "attempts are mapped and no bin has a value", "see the series"),
    "failures_series_missing": Code("warning", "failures are mapped and no bin has a value", "see the series"),
    "retry_echo_series_missing": Code("warning", "a retry echo is mapped and no bin has a value", "see the series"),
    "exhausted_failures_series_missing": Code(
        "warning", "exhausted failures are mapped and no bin has a value", "see the series"
    ),
    "value_series_missing": Code("warning", "a computed node has no series", "write the series"),
    # runs and state
    "not_found": Code("error", "no such run, template, series or file", "list what exists"),
    "run_not_found": Code("error", "no such run", "flowtime runs list"),
    "template_not_found": Code("error", "no such template", "flowtime template list"),
    "series_not_found": Code("error", "no such series in the run", "flowtime series RUN"),
    "conflict": Code("error", "the target exists and differs", "choose another id or overwrite"),
    "run_exists": Code("error", "a run with that id and other inputs exists", "use --overwrite or another id"),
    "template_changed": Code(
        "error",
        "a run of the same inputs exists, made from another text of the same template version",
        "give the template a new version, or use --overwrite",
    ),
    "provenance_mismatch": Code("error", "files of one run disagree about its hashes", "flowtime verify RUN"),
    "verification_failed": Code("error", "stored bytes do not match their hashes", "restore the directory"),
    "damaged_run": Code("error", "a file of a run or capture is missing or unreadable", "flowtime verify RUN"),
    "limit_exceeded": Code("error", "a documented limit would be passed", "make the request smaller"),
    "window_too_large": Code("error", "a window has more than 500 bins", "ask for fewer bins"),
    "invalid_bin": Code("error", "a bin is outside the grid", "use 0 to bins-1"),
    "no_topology": Code("error", "the run has no topology to answer about", "add a topology to the model"),
    "extra_missing": Code("error", "an optional package is not installed", "see the message"),
    "start_unknown": Code("error", "the grid has no start time", "give grid.start"),
    "mode_validation_failed": Code("error", "a node's data does not fit the mode", "see the message"),
    "missing_node_data": Code("error", "a node has no data", "see the message"),
    "storage_failed": Code("error", "the file system refused", "see the message"),
    "cancelled": Code("error", "the caller asked to stop, or the service is stopping"),
    "internal_error": Code("error", "a fault in FlowTime itself", "report it"),
    "run_warning": Code("info", "a warning text of an older run"),
    # over HTTP
    "unauthorized": Code("error", "the request has no valid token", "send Authorization: Bearer and the token"),
    "unknown_route": Code("error", "no such route", "see /openapi.json"),
    "method_not_allowed": Code("error", "the route does not take this method", "see the Allow header"),
    "request_timeout": Code("error", "the request did not arrive in time", "send it faster"),
    "request_too_large": Code("error", "the head or body of the request is larger than the limit", "send less"),
    "unsupported_media_type": Code("error", "the body has a type that the route does not take", "set Content-Type"),
    "too_busy": Code("error", "as many evaluations as may be are running or waiting", "come again after Retry-After"),
    # telemetry
    "data_gap": Code("warning", "bins of a metric are missing", "see the collector, or --gap-fill-gaps"),
    "nan_detected": Code("warning", "bins of a metric are not finite numbers", "see the series, or --gap-fill-nan"),
    "nan_fill": Code("info", "bins that were not finite numbers were written as 0"),
    "length_mismatch": Code(
        "warning", "a series has another number of rows than its index says", "run the model again"
    ),
    "zero_fill": Code("warning", "a gap rule wrote 0"),
    "nan_injected": Code("warning", "a gap rule wrote NaN"),
    "partial_data": Code("warning", "a gap rule cut a metric off after a bin"),
    "gap_rule_unmatched": Code("warning", "a gap rule selects no bin of any file", "mend its nodes, metrics or bins"),
    "telemetry_file_unused": Code(
        "warning", "a capture measures nodes that the model does not have", "is it the capture of another model?"
    ),
    "capture_not_found": Code("error", "no such telemetry directory", "flowtime telemetry capture makes one"),
    "capture_incomplete": Code("error", "a telemetry directory lacks its manifest or a file", "restore the files"),
    "telemetry_sources_missing": Code("warning", "the run lists no telemetry source"),
    "telemetry_sources_unresolved": Code("warning", "a telemetry source of a node could not be read"),
    "telemetry_series_invalid": Code("warning", "a telemetry series has undefined values"),
}
