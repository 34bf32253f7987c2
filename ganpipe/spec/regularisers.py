"""The regularisers of a method, each at most once, addressed by kind: ``method.regularisers.entropy.weight``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import create_model

from ganpipe.methods import regularisers  # noqa: F401  (registers every kind)
from ganpipe.methods.regularisers.regulariser import Regulariser
from ganpipe.spec.part import Spec


class _Regularisers(Spec):
    @property
    def parts(self) -> list[Regulariser]:
        """Those that are set, in the order of their names, in which they act."""
        return [part for _, part in self if part is not None]


if TYPE_CHECKING:

    class Regularisers(_Regularisers):
        """One optional field for every kind of regulariser."""

        def __init__(self, **parts: Regulariser) -> None: ...

else:
    _FIELDS: dict[str, Any] = {name: (kind | None, None) for name, kind in sorted(Regulariser.kinds.items())}
    Regularisers = create_model("Regularisers", __base__=_Regularisers, __module__=__name__, **_FIELDS)
    Regularisers.__doc__ = "One optional field for every kind of regulariser."
