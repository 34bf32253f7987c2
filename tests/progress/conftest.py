"""The projects of the planner's tests, whose progress is looked at."""

from tests.plan.conftest import project  # noqa: F401  (a fixture)
