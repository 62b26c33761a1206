"""Records in machine code: to numba a type of its own each, to the machine the address of a word.

So a text may say ``cell.process.life`` of a Python object and of memory alike. A field that a
record does not have, or a value of another kind, is an error when the text is compiled.
"""

from __future__ import annotations

import operator
from typing import Any, Final

from wfmodel.native.compiler import (
    AbstractTemplate,
    AttributeTemplate,
    Conversion,
    infer_getattr,
    infer_global,
    intrinsic,
    ir,
    lower_builtin,
    lower_cast,
    lower_getattr_generic,
    lower_setattr_generic,
    models,
    register_default,
    types,
)
from wfmodel.native.record_layout import FieldPlace, is_record, item_of, layout_of

KINDS: Final = {"int": types.int64, "float": types.float64, "bool": types.boolean}


def word_at(builder: Any, address: Any, field: Any, kind: Any) -> Any:  # noqa: ANN401
    """The machine's place of a word, so many from an address."""
    base = builder.inttoptr(address, kind.as_pointer())
    return builder.gep(base, [field])


_NULL = type(types.none)


class RecordType(types.Type):
    """A record: to numba a type of its own, to the machine the address of its first word."""

    def __init__(self, record: type) -> None:
        super().__init__(name=f"record({record.__module__}.{record.__qualname__})")
        self.record = record

    def can_convert_from(self, typing: Any, other: Any) -> Any:  # noqa: ANN401
        """``NULL`` is any record."""
        return Conversion.safe if isinstance(other, _NULL) else None

    def unify(self, typing: Any, other: Any) -> Any:  # noqa: ANN401
        """The type of what is either this record or ``NULL``."""
        return self if isinstance(other, _NULL) else None

    def place(self, name: str) -> FieldPlace | None:
        """Where a field is."""
        return layout_of(self.record).places.get(name)


class ArrayType(types.Type):
    """Words side by side, by the address of the first."""

    def __init__(self, item: Any) -> None:  # noqa: ANN401
        super().__init__(name=f"array({item})")
        self.item = item

    def can_convert_from(self, typing: Any, other: Any) -> Any:  # noqa: ANN401
        """``NULL`` is any array."""
        return Conversion.safe if isinstance(other, _NULL) else None


_WORD = ir.IntType(64)


@register_default(RecordType)
@register_default(ArrayType)
class _AddressModel(models.PrimitiveModel):  # type: ignore[misc]
    """An address is a word."""

    def __init__(self, manager: Any, front: Any) -> None:  # noqa: ANN401
        super().__init__(manager, front, _WORD)


def type_of(meaning: Any) -> Any:  # noqa: ANN401
    """numba's type of what a field or an argument means."""
    item = item_of(meaning)
    if item is not None:
        return ArrayType(type_of(item))
    return RecordType(meaning) if is_record(meaning) else KINDS[meaning.__name__]


def _machine_word(kind: Any) -> Any:  # noqa: ANN401
    return ir.DoubleType() if kind == types.float64 else _WORD


def _load(builder: Any, place: Any, kind: Any) -> Any:  # noqa: ANN401
    found = builder.load(place)
    return builder.icmp_unsigned("!=", found, _WORD(0)) if kind == types.boolean else found


def _store(builder: Any, place: Any, kind: Any, value: Any) -> None:  # noqa: ANN401
    builder.store(builder.zext(value, _WORD) if kind == types.boolean else value, place)


@infer_getattr
class _Fields(AttributeTemplate):  # type: ignore[misc]
    key = RecordType

    def generic_resolve(self, record: Any, name: str) -> Any:  # noqa: ANN401
        """The type of a field."""
        place = record.place(name)
        return None if place is None else type_of(place.meaning)


@lower_getattr_generic(RecordType)  # type: ignore[untyped-decorator]
def _get_field(context: Any, builder: Any, record: Any, address: Any, name: str) -> Any:  # noqa: ANN401
    place = record.place(name)
    if place.inside:
        return builder.add(address, _WORD(8 * place.offset))
    kind = type_of(place.meaning)
    where = word_at(builder, address, _WORD(place.offset), _machine_word(kind))
    return _load(builder, where, kind)


@lower_setattr_generic(RecordType)  # type: ignore[untyped-decorator]
def _set_field(context: Any, builder: Any, signature: Any, arguments: Any, name: str) -> None:  # noqa: ANN401
    record, given = signature.args
    place = record.place(name)
    kind = type_of(place.meaning)
    where = word_at(builder, arguments[0], _WORD(place.offset), _machine_word(kind))
    _store(builder, where, kind, context.cast(builder, arguments[1], given, kind))


@lower_cast(_NULL, RecordType)  # type: ignore[untyped-decorator]
@lower_cast(_NULL, ArrayType)  # type: ignore[untyped-decorator]
def _null(context: Any, builder: Any, source: Any, target: Any, value: Any) -> Any:  # noqa: ANN401
    return _WORD(0)


def _are_addresses(*kinds: Any) -> bool:  # noqa: ANN401
    return all(isinstance(kind, RecordType | ArrayType) for kind in kinds)


@infer_global(bool)
@infer_global(operator.not_)
class _Truth(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:  # noqa: ANN401
        """A record is there, or is not."""
        return types.boolean(*args) if len(args) == 1 and _are_addresses(*args) else None


@infer_global(operator.eq)
@infer_global(operator.ne)
class _Sameness(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:  # noqa: ANN401
        """Two records are one, or are not."""
        return types.boolean(*args) if len(args) == 2 and _are_addresses(*args) else None


def _lower_truth(operation: Any, sign: str) -> None:  # noqa: ANN401
    for kind in (RecordType, ArrayType):

        @lower_builtin(operation, kind)  # type: ignore[untyped-decorator]
        def lowered(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            return builder.icmp_unsigned(sign, arguments[0], _WORD(0))


def _lower_sameness(operation: Any, sign: str) -> None:  # noqa: ANN401
    @lower_builtin(operation, RecordType, RecordType)  # type: ignore[untyped-decorator]
    def lowered(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        return builder.icmp_unsigned(sign, *arguments)


_lower_truth(bool, "!=")
_lower_truth(operator.not_, "==")
_lower_sameness(operator.eq, "==")
_lower_sameness(operator.ne, "!=")


@infer_global(operator.getitem)
class _Item(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:  # noqa: ANN401
        """One item of an array."""
        array, _ = args
        return array.item(array, types.int64) if isinstance(array, ArrayType) else None


@lower_builtin(operator.getitem, ArrayType, types.int64)  # type: ignore[untyped-decorator]
def _get_item(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
    kind = signature.return_type
    where = word_at(builder, arguments[0], arguments[1], _machine_word(kind))
    return _load(builder, where, kind)


@infer_global(operator.setitem)
class _ItemSet(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:  # noqa: ANN401
        """Another item in its place."""
        array = args[0]
        if not isinstance(array, ArrayType):
            return None
        return types.void(array, types.int64, array.item)


@lower_builtin(operator.setitem, ArrayType, types.int64, types.Any)  # type: ignore[untyped-decorator]
def _set_item(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
    kind = signature.args[0].item
    where = word_at(builder, arguments[0], arguments[1], _machine_word(kind))
    _store(builder, where, kind, arguments[2])
    return context.get_dummy_value()


@intrinsic  # type: ignore[untyped-decorator]
def address_of(typing: Any, record: Any) -> Any:  # noqa: ANN401
    """Where a record begins."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        return arguments[0]

    return types.int64(record), generate


def reference(meaning: Any) -> Any:  # noqa: ANN401
    """A function from an address to the record, or the array, that begins there."""
    kind = type_of(meaning)

    @intrinsic  # type: ignore[untyped-decorator]
    def refer_to(typing: Any, address: Any) -> Any:  # noqa: ANN401
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
            return arguments[0]

        return kind(types.int64), generate

    return refer_to
