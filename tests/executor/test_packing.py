from __future__ import annotations

from itertools import chain

from snakemake_executor_plugin_submitit.packing import Wish, arrays
from snakemake_executor_plugin_submitit.parameters import Request

SMALL, LARGE = Request(minutes=10), Request(minutes=10, gpus=1)


def test_jobs_of_equal_resources_leave_as_one_array_in_their_order() -> None:
    jobs = [("a", Wish(SMALL)), ("b", Wish(LARGE)), ("c", Wish(SMALL))]
    small, large = arrays(jobs, limit=100)
    assert (small.request, small.tasks) == (SMALL, (("a",), ("c",)))
    assert (large.request, large.tasks) == (LARGE, (("b",),))


def test_arrays_are_as_long_as_the_cluster_allows() -> None:
    found = arrays([(i, Wish(SMALL)) for i in range(12)], limit=5)
    assert [len(array.tasks) for array in found] == [5, 5, 2]
    assert list(chain.from_iterable(chain.from_iterable(array.tasks for array in found))) == list(range(12))


def test_packs_fill_up_and_the_rest_leaves_with_what_it_needs() -> None:
    full, rest = arrays([(i, Wish(SMALL, pack=4, beside=2)) for i in range(10)], limit=100)
    assert (full.tasks, full.request) == (((0, 1, 2, 3), (4, 5, 6, 7)), Request(minutes=20, cpus=2))
    assert (rest.tasks, rest.request) == (((8, 9),), Request(minutes=10, cpus=2))
    assert full.beside == rest.beside == 2


def test_packs_of_different_wishes_do_not_mix() -> None:
    jobs = [(0, Wish(SMALL, pack=2)), (1, Wish(SMALL)), (2, Wish(SMALL, pack=2))]
    packs = {tuple(array.tasks) for array in arrays(jobs, limit=100)}
    assert packs == {((0, 2),), ((1,),)}
