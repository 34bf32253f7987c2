"""What can be set: ``--submitit-<name>`` on the command line, ``submitit-<name>`` in a profile."""

# No postponed annotations: Snakemake reads the types of the settings from the class itself.
from dataclasses import dataclass, field

from snakemake_interface_executor_plugins.settings import CommonSettings, ExecutorSettingsBase

CLUSTERS = ("slurm", "local", "debug")

common_settings = CommonSettings(
    non_local_exec=True,
    implies_no_shared_fs=False,
    job_deploy_sources=False,
    auto_deploy_default_storage_provider=False,
    pass_group_args=True,
)


@dataclass
class ExecutorSettings(ExecutorSettingsBase):
    """Settings of the executor; times in seconds unless the name says otherwise."""

    cluster: str = field(
        default="slurm",
        metadata={
            "help": "Where jobs run: slurm; local (processes of this machine); debug (in this process, one by one).",
            "env_var": False,
            "required": False,
            "choices": CLUSTERS,
        },
    )
    pack: int = field(
        default=1,
        metadata={"help": "Jobs of equal resources in one task, where a job has no resource `pack`."},
    )
    pack_beside: int = field(
        default=1,
        metadata={
            "help": "Jobs of a task that run at once and share its GPUs, where they have no resource `pack_beside`."
        },
    )
    max_array_size: int = field(
        default=0,
        metadata={"help": "Tasks in one array at most; 0 asks Slurm for its MaxArraySize."},
    )
    array_parallelism: int = field(
        default=256,
        metadata={"help": "Tasks of one array that run at once."},
    )
    max_timeouts: int = field(
        default=2,
        metadata={
            "help": "Time-outs in a row without a new checkpoint that a job with a resource `checkpoint` is forgiven; "
            "one more and it fails."
        },
    )
    grace: int = field(
        default=90,
        metadata={"help": "Seconds before the time limit at which jobs are told to save; they have 15 less to do it."},
    )
    state_interval: int = field(
        default=30,
        metadata={"help": "Seconds between two questions to Slurm about jobs that have left no result yet."},
    )
    default_runtime: int = field(
        default=60,
        metadata={"help": "Time limit, in minutes, of jobs without a resource `runtime`."},
    )
    keep_logs: bool = field(
        default=False,
        metadata={"help": "Keep the logs of jobs that succeeded, too."},
    )
