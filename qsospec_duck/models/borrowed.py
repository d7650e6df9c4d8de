"""Arrays without reference counts, for loops that hand the same arrays from function to function many times.

numba counts references to an array atomically wherever a function takes one or picks it from a tuple, as other threads
might hold it. Where functions of less than a microsecond call each other, counting takes an eighth of the time. One
that owns arrays for the whole of a computation hands them on ``borrowed``, and says ``keep`` when it ends:

    own = make_workspace(...)
    work = borrowed(own)
    ...
    keep(own)

What is returned must not be, or contain, a borrowed array.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def borrowed(typing_context: Any, value: Any) -> Any:
    """The same array, or tuples of arrays, that nobody counts references to."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _without_owner(context, builder, signature.return_type, arguments[0])

    return value(value), generate


@intrinsic
def keep(typing_context: Any, value: Any) -> Any:
    """Do nothing with arrays or tuples of them, which therefore live until here."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.get_dummy_value()

    return types.void(value), generate


def _without_owner(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.BaseTuple):
        parts = cgutils.unpack_tuple(builder, value, len(kind))
        parts = [_without_owner(context, builder, own, part) for own, part in zip(kind.types, parts, strict=True)]
        return context.make_tuple(builder, kind, parts)
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value=value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        array.parent = cgutils.get_null_value(array.parent.type)
        return array._getvalue()
    return value
