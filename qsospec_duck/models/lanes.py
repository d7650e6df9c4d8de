"""Eight numbers at a time in compiled loops: what vector registers hold, as types of numba.

Where eight fits go side by side, one in each lane, every sum and product is done for all of them at once, nothing is
left over at the ends of loops, and no branch depends on one of them: what holds for some lanes only is chosen with
`where_less`. In memory, eight numbers are a row of an array (n, `LANES`) that begins at a whole vector
(`lane_rows`), or of one in single precision (`single_rows`), with which a processor does twice as much at a time.

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

_INDEX = ir.IntType(32)
# A product may be fused with the sum that takes it; the order of sums stays.
_FLAGS = ("contract", "nsz", "arcp")


class Lanes(types.Type):
    """numba's type of eight numbers of one precision."""

    def __init__(self, name: str, item: Any, number: types.Float) -> None:
        super().__init__(name=name)
        self.vector = ir.VectorType(item, LANES)
        self.number = number


lanes = Lanes("Lanes", ir.DoubleType(), types.float64)
singles = Lanes("Singles", ir.FloatType(), types.float32)
_BYTES = {lanes: 8, singles: 4}


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, kind.vector)


def _kind_of(*given: Any) -> Lanes:
    """What lanes and scalars give together: the scalars take the precision of the lanes."""
    return next((kind for kind in given if isinstance(kind, Lanes)), lanes)


def _all_lanes(context: Any, builder: Any, kind: Lanes, given: Any, value: Any) -> Any:
    """A scalar in every lane; lanes as they are."""
    if isinstance(given, Lanes):
        return value
    undefined = ir.Constant(kind.vector, ir.Undefined)
    first = builder.insert_element(
        undefined, context.cast(builder, value, given, kind.number), ir.Constant(_INDEX, 0)
    )  # fmt: skip
    return builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(_INDEX, LANES), [0] * LANES))


def _define(operation: Callable[[Any, Any], Any], instruction: str) -> None:
    """Let ``operation`` take lanes with lanes, or with a scalar on either side."""
    pairs = [(lanes, lanes), (lanes, types.float64), (types.float64, lanes), (singles, singles)]
    for scalar in (types.float32, types.float64):
        pairs += [(singles, scalar), (scalar, singles)]

    @infer_global(operation)
    class _Template(ConcreteTemplate):
        cases: ClassVar = [signature(_kind_of(*pair), *pair) for pair in pairs]

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b = (
            _all_lanes(context, builder, signature.return_type, *given)
            for given in zip(signature.args, arguments, strict=True)
        )
        return getattr(builder, instruction)(a, b, flags=_FLAGS)

    for pair in pairs:
        lower_builtin(operation, *pair)(generate)


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


@numba.njit(cache=True, nogil=True)
def single_rows(n):
    """The same of single precision."""
    rows = unset_single_rows(n)
    rows[:] = 0.0
    return rows


@numba.njit(cache=True, nogil=True)
def unset_single_rows(n):
    """The same with whatever lies in memory there."""
    flat = np.empty((n + 1) * LANES, np.float32)
    skipped = (-(flat.ctypes.data // 4)) % LANES
    return flat[skipped : skipped + n * LANES].reshape((n, LANES))


def _place(context: Any, builder: Any, kind: Any, array: Any, row: Any) -> Any:
    data = context.make_array(kind)(context, builder, value=array).data
    first = builder.gep(data, [builder.mul(row, ir.Constant(row.type, LANES))])
    return builder.bitcast(first, _row_of(kind).vector.as_pointer())


def _row_of(rows: Any) -> Lanes:
    """What a row of an array is."""
    return singles if rows.dtype == types.float32 else lanes


@intrinsic
def load(typing_context: Any, rows: Any, row: Any) -> Any:
    """The eight numbers of a row."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        at = context.cast(builder, arguments[1], signature.args[1], types.intp)
        value = builder.load(_place(context, builder, signature.args[0], arguments[0], at))
        value.align = _BYTES[signature.return_type]
        return value

    return _row_of(rows)(rows, row), generate


@intrinsic
def store(typing_context: Any, rows: Any, row: Any, value: Any) -> Any:
    """Put eight numbers into a row of their precision."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        at = context.cast(builder, arguments[1], signature.args[1], types.intp)
        stored = builder.store(arguments[2], _place(context, builder, signature.args[0], arguments[0], at))
        stored.align = _BYTES[signature.args[2]]
        return context.get_dummy_value()

    return types.void(rows, row, _row_of(rows)), generate


@intrinsic
def in_all_lanes(typing_context: Any, value: Any) -> Any:
    """The same number in every lane; one of single precision gives lanes of single precision."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _all_lanes(context, builder, signature.return_type, value, arguments[0])

    return (singles if value == types.float32 else lanes)(value), generate


@intrinsic
def narrow(typing_context: Any, value: Any) -> Any:
    """Eight numbers in single precision."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fptrunc(arguments[0], singles.vector)

    return singles(lanes), generate


@intrinsic
def widen(typing_context: Any, value: Any) -> Any:
    """Eight numbers of single precision in double precision."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fpext(arguments[0], lanes.vector)

    return lanes(singles), generate


@intrinsic
def where_less(typing_context: Any, a: Any, b: Any, one: Any, other: Any) -> Any:
    """``one`` in lanes where a < b, ``other`` elsewhere; each of the four may be a scalar."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, b, one, other = (
            _all_lanes(context, builder, signature.return_type, *given)
            for given in zip(signature.args, arguments, strict=True)
        )
        return builder.select(builder.fcmp_ordered("<", a, b), one, other)

    return _kind_of(a, b, one, other)(a, b, one, other), generate


@intrinsic
def any_less(typing_context: Any, a: Any, b: Any) -> Any:
    """Whether a < b in some lane."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = _kind_of(*signature.args)
        a, b = (
            _all_lanes(context, builder, kind, *given) for given in zip(signature.args, arguments, strict=True)
        )  # fmt: skip
        is_less = builder.bitcast(builder.fcmp_ordered("<", a, b), ir.IntType(LANES))
        return builder.icmp_unsigned("!=", is_less, ir.Constant(ir.IntType(LANES), 0))

    return types.boolean(a, b), generate


def _call(builder: Any, result: Any, name: str, value: Any) -> Any:
    letter = "f32" if value.type == singles.vector else "f64"
    function = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(result, [value.type]), f"llvm.{name}.v{LANES}{letter}"
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
        return _call(builder, arguments[0].type, "sqrt", arguments[0])

    return value(value), generate


@intrinsic
def nearest_whole(typing_context: Any, value: Any) -> Any:
    """The whole numbers nearest to eight of single precision."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _call(builder, singles.vector, "rint", arguments[0])

    return singles(singles), generate


@intrinsic
def divided_by_two_to(typing_context: Any, value: Any, power: Any) -> Any:
    """Eight numbers over 2^power for whole powers: exponents are lowered by them, and must stay in range."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = ir.VectorType(_INDEX, LANES)
        lowered = builder.shl(builder.fptosi(arguments[1], whole), ir.Constant(whole, [23] * LANES))
        return builder.bitcast(builder.sub(builder.bitcast(arguments[0], whole), lowered), singles.vector)

    return singles(singles, singles), generate
