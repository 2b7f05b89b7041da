"""What a stored run says about its nodes: snapshot and window, pure functions of a :class:`StoredRun`."""
