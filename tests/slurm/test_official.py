"""The suite that Snakemake has for executor plugins, on the real Slurm."""

from __future__ import annotations

import pytest
import snakemake.common.tests
from snakemake_executor_plugin_submitit import ExecutorSettings

from tests.slurm.cluster import Cluster

pytestmark = [pytest.mark.slurm, pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")]


class TestSlurm(snakemake.common.tests.TestWorkflowsLocalStorageBase):
    __test__ = True

    @pytest.fixture(autouse=True)
    def _on_the_cluster(self, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SLURM_CONF", str(cluster.conf))

    def get_executor(self) -> str:
        return "submitit"

    def get_executor_settings(self) -> ExecutorSettings:
        return ExecutorSettings(cluster="slurm", state_interval=2)
