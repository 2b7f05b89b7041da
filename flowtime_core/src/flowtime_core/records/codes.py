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
    "damaged_run": Code("error", "a file of a run is missing or unreadable", "flowtime verify RUN"),
    "limit_exceeded": Code("error", "a documented limit would be passed", "make the request smaller"),
    "window_too_large": Code("error", "a window has more than 500 bins", "ask for fewer bins"),
    "invalid_bin": Code("error", "a bin is outside the grid", "use 0 to bins-1"),
    "no_topology": Code("error", "the run has no topology to answer about", "add a topology to the model"),
    "start_unknown": Code("error", "the grid has no start time", "give grid.start"),
    "mode_validation_failed": Code("error", "a node's data does not fit the mode", "see the message"),
    "missing_node_data": Code("error", "a node has no data", "see the message"),
    "storage_failed": Code("error", "the file system refused", "see the message"),
    "cancelled": Code("error", "the caller asked to stop"),
    "internal_error": Code("error", "a fault in FlowTime itself", "report it"),
    "run_warning": Code("info", "a warning text of an older run"),
    "telemetry_sources_missing": Code("warning", "the run lists no telemetry source"),
    "telemetry_sources_unresolved": Code("warning", "a telemetry source of a node could not be read"),
    "telemetry_series_invalid": Code("warning", "a telemetry series has undefined values"),
}
