"""Names and texts inside statements that take no parameters.

``COMMENT ON`` and ``ATTACH`` accept no prepared parameters, so what goes into them is quoted here; every
other value reaches SQL as a parameter or a variable.
"""


def literal(text: str) -> str:
    """Quote a text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Quote a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
