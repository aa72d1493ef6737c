"""The contenders import what only `segkit[benchmark]` installs, and have no doctests to collect."""

collect_ignore = ["contenders"]
