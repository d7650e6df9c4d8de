"""Eight numbers at a time in compiled loops: what a vector register holds, as a type of numba.

Where eight fits go side by side, one in each lane, every sum and product is done for all of them at once, nothing is
left over at the ends of loops, and no branch depends on one of them: what holds for some lanes only is chosen with
`where_less`. In memory, eight numbers are a row of an array (n, `LANES`) that begins at a whole vector
(`lane_rows`).

LLVM maps them to whatever vector registers a processor has.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, ClassVar

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

LANES = 8

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_UNDEFINED = ir.Constant(_VECTOR, ir.Undefined)
_INDEX = ir.IntType(32)
# A product may be fused with the sum that takes it; the order of sums stays.
_FLAGS = ("contract", "nsz", "arcp")


class Lanes(types.Type):
    """numba's type of eight numbers."""

    def __init__(self) -> None:
        super().__init__(name="Lanes")


lanes = Lanes()


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


def _all_lanes(builder: Any, value: Any) -> Any:
    """A scalar in every lane; lanes as they are."""
    if isinstance(value.type, ir.VectorType):
        return value
    first = builder.insert_element(_UNDEFINED, value, ir.Constant(_INDEX, 0))
    return builder.shuffle_vector(first, _UNDEFINED, ir.Constant(ir.VectorType(_INDEX, LANES), [0] * LANES))


def _define(operation: Callable[[Any, Any], Any], instruction: str) -> None:
    """Let ``operation`` take lanes with lanes, or with a scalar on either side."""

    @infer_global(operation)
    class _Template(ConcreteTemplate):
        cases: ClassVar = [
            signature(lanes, lanes, lanes),
            signature(lanes, lanes, types.float64),
            signature(lanes, types.float64, lanes),
        ]

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b = (_all_lanes(builder, argument) for argument in arguments)
        return getattr(builder, instruction)(a, b, flags=_FLAGS)

    for of in ((lanes, lanes), (lanes, types.float64), (types.float64, lanes)):
        lower_builtin(operation, *of)(generate)


_define(operator.add, "fadd")
_define(operator.sub, "fsub")
_define(operator.mul, "fmul")
_define(operator.truediv, "fdiv")


@numba.njit(cache=True, nogil=True)
def lane_rows(n):
    """Array (n, `LANES`) of zeros that begins where a vector register's worth of memory begins."""
    flat = np.zeros((n + 1) * LANES)
    skipped = (-(flat.ctypes.data // 8)) % LANES
    return flat[skipped : skipped + n * LANES].reshape((n, LANES))


def _place(context: Any, builder: Any, kind: Any, array: Any, row: Any) -> Any:
    data = context.make_array(kind)(context, builder, value=array).data
    first = builder.gep(data, [builder.mul(row, ir.Constant(row.type, LANES))])
    return builder.bitcast(first, _VECTOR.as_pointer())


@intrinsic
def load(typing_context: Any, rows: Any, row: Any) -> Any:
    """The eight numbers of a row."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        at = context.cast(builder, arguments[1], signature.args[1], types.intp)
        value = builder.load(_place(context, builder, signature.args[0], arguments[0], at))
        value.align = 8
        return value

    return lanes(rows, row), generate


@intrinsic
def store(typing_context: Any, rows: Any, row: Any, value: Any) -> Any:
    """Put eight numbers into a row."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        at = context.cast(builder, arguments[1], signature.args[1], types.intp)
        stored = builder.store(arguments[2], _place(context, builder, signature.args[0], arguments[0], at))
        stored.align = 8
        return context.get_dummy_value()

    return types.void(rows, row, lanes), generate


@intrinsic
def in_all_lanes(typing_context: Any, value: Any) -> Any:
    """The same number in every lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _all_lanes(builder, arguments[0])

    return lanes(types.float64), generate


@intrinsic
def where_less(typing_context: Any, a: Any, b: Any, one: Any, other: Any) -> Any:
    """``one`` in lanes where a < b, ``other`` elsewhere; each of the four may be a scalar."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b, one, other = (_all_lanes(builder, argument) for argument in arguments)
        return builder.select(builder.fcmp_ordered("<", a, b), one, other)

    return lanes(a, b, one, other), generate


@intrinsic
def any_less(typing_context: Any, a: Any, b: Any) -> Any:
    """Whether a < b in some lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b = (_all_lanes(builder, argument) for argument in arguments)
        is_less = builder.bitcast(builder.fcmp_ordered("<", a, b), ir.IntType(LANES))
        return builder.icmp_unsigned("!=", is_less, ir.Constant(ir.IntType(LANES), 0))

    return types.boolean(a, b), generate


def _call(builder: Any, result: Any, name: str, value: Any) -> Any:
    function = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(result, [_VECTOR]), f"llvm.{name}.v{LANES}f64"
    )
    return builder.call(function, [value])


@intrinsic
def least_of(typing_context: Any, value: Any) -> Any:
    """The least of eight numbers."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _call(builder, ir.DoubleType(), "vector.reduce.fmin", arguments[0])

    return types.float64(lanes), generate


@intrinsic
def greatest_of(typing_context: Any, value: Any) -> Any:
    """The greatest of eight numbers."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _call(builder, ir.DoubleType(), "vector.reduce.fmax", arguments[0])

    return types.float64(lanes), generate


@intrinsic
def square_root(typing_context: Any, value: Any) -> Any:
    """√ of eight numbers."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _call(builder, _VECTOR, "sqrt", arguments[0])

    return lanes(lanes), generate
