"""The suite that Snakemake has for executor plugins."""

from __future__ import annotations

import pytest
import snakemake.common.tests
from snakemake_executor_plugin_submitit import ExecutorSettings

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


class TestLocal(snakemake.common.tests.TestWorkflowsLocalStorageBase):
    __test__ = True

    def get_executor(self) -> str:
        return "submitit"

    def get_executor_settings(self) -> ExecutorSettings:
        return ExecutorSettings(cluster="local", pack=8, pack_beside=2)


class TestDebug(TestLocal):
    def get_executor_settings(self) -> ExecutorSettings:
        return ExecutorSettings(cluster="debug")
