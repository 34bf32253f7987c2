"""A Slurm cluster of two nodes with two stand-in GPUs each, all on this machine.

    python tests/slurm/cluster.py up [FOLDER]      start it; then: export SLURM_CONF=FOLDER/slurm.conf
    python tests/slurm/cluster.py down [FOLDER]    stop it

Needs root and Debian's packages (``PACKAGES``). Everything lies in one folder and listens on free ports of
127.0.0.1, so that a Slurm that the machine has already is left alone.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PACKAGES = ("slurm-wlm", "slurmdbd", "slurm-wlm-mysql-plugin", "munge", "mariadb-server")
NODES = ("node1", "node2")
FOLDER = Path(tempfile.gettempdir()) / "ganpipe-slurm"

SLURM_CONF = """\
ClusterName=ganpipe
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld}
SlurmctldParameters=enable_configless
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A requeued job is held back until its old credential has expired, two minutes by default.
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdSpoolDir={folder}/spool-%n
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmdLogFile={folder}/slurmd-%n.log
# The machine may have fewer cores and less memory than the nodes pretend to have.
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
KillWait=5
SlurmdTimeout=10
MinJobAge=60
MaxArraySize={max_array_size}
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1,sched_min_interval=100000
GresTypes=gpu
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={dbd}
# Not a password: where the credentials for the accounting daemon come from.
AccountingStoragePass={folder}/munge.socket
AccountingStoreFlags=job_comment
AccountingStorageEnforce=limits
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 Port={slurmd1} CPUs=4 RealMemory=8000 Gres=gpu:2
NodeName=node2 NodeHostname={host} NodeAddr=127.0.0.1 Port={slurmd2} CPUs=4 RealMemory=8000 Gres=gpu:2
PartitionName=gpu Nodes=node[1-2] Default=YES MaxTime=INFINITE State=UP PreemptMode=OFF
# What runs on the first has to make room for what is submitted to the second.
PartitionName=low Nodes=node1 PriorityTier=1 GraceTime=120 State=UP
PartitionName=high Nodes=node1 PriorityTier=2 State=UP
"""

SLURMDBD_CONF = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={dbd}
SlurmUser=root
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={mysql}
StorageUser=root
StorageLoc=slurm_acct_db
"""


class UnavailableError(Exception):
    """Why no cluster can be had on this machine, in one line."""


class Cluster:
    """The daemons and the folder of a cluster."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self.conf = folder / "slurm.conf"
        self.environment = {**os.environ, "SLURM_CONF": str(self.conf)}

    def up(self, max_array_size: int = 1001) -> None:
        """Start everything and wait until both nodes are idle.

        Raises:
            UnavailableError: not root, packages are missing, or a daemon does not start.
        """
        if os.geteuid() != 0:
            raise UnavailableError("a test cluster needs root")
        missing = [name for name in ("munged", "mariadbd", "slurmdbd", "slurmctld", "slurmd") if not shutil.which(name)]
        if missing:
            raise UnavailableError(f"{', '.join(missing)} not found; apt-get install {' '.join(PACKAGES)}")
        self.down()
        self.folder.mkdir(mode=0o755, parents=True)
        self._configure(max_array_size)
        self._start_munge()
        self._start_database()
        self._daemon("slurmdbd")
        self._wait_for(lambda: self.succeeds("sacctmgr", "-n", "show", "cluster"), "slurmdbd")
        self.call("sacctmgr", "-i", "add", "cluster", "ganpipe")
        self._daemon("slurmctld", "-f", str(self.conf))
        self._wait_for(lambda: self.succeeds("scontrol", "ping"), "slurmctld")
        for node in NODES:
            self.start_node(node)

    def down(self) -> None:
        """Stop everything that lies in the folder, jobs included, and remove it."""
        if self.conf.exists():
            self.succeeds("scancel", "--user=root")
        names = ("slurmd-node1", "slurmd-node2", "slurmctld", "slurmdbd", "mariadbd", "munged")
        self._kill(*(self.folder / f"{name}.pid" for name in names))
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def call(self, *command: str) -> str:
        """The output of a Slurm command, which must succeed; none may wait for ever on a drained cluster."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30)
        if done.returncode:
            raise UnavailableError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def succeeds(self, *command: str) -> bool:
        """Whether a Slurm command ends well."""
        try:
            self.call(*command)
        except (UnavailableError, subprocess.TimeoutExpired):
            return False
        return True

    @contextmanager
    def changed(self, setting: str, instead: str) -> Iterator[None]:
        """Have another setting for a while."""
        usual = self.conf.read_text()
        assert usual.count(setting) == 1, setting
        self.conf.write_text(usual.replace(setting, instead))
        self.call("scontrol", "reconfigure")
        try:
            yield
        finally:
            self.conf.write_text(usual)
            self.call("scontrol", "reconfigure")

    def start_node(self, name: str) -> None:
        """Start a node's slurmd, and wait until jobs can run there."""
        self._daemon("slurmd", "-N", name, "-f", str(self.conf))
        self._wait_for(lambda: self.node_state(name).startswith(("idle", "mixed", "allocated")), f"slurmd of {name}")

    def stop_node(self, name: str) -> None:
        """Kill a node's slurmd; what runs there goes on running, unseen by Slurm."""
        self._kill(self.folder / f"slurmd-{name}.pid")

    def node_state(self, name: str) -> str:
        """A node's state as sinfo shows it."""
        return self.call("sinfo", "-h", "-n", name, "-o", "%T").strip()

    def _configure(self, max_array_size: int) -> None:
        names = ("ctld", "dbd", "slurmd1", "slurmd2", "mysql")
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        values = {"folder": self.folder, "host": socket.gethostname(), "max_array_size": max_array_size, **self.ports}
        self.conf.write_text(SLURM_CONF.format(**values))
        dbd = self.folder / "slurmdbd.conf"
        dbd.touch(mode=0o600)
        dbd.write_text(SLURMDBD_CONF.format(**values))
        for index in range(2):
            try:
                os.mknod(self.folder / f"gpu{index}", stat.S_IFCHR | 0o666, os.makedev(1, 3))
            except OSError as error:
                raise UnavailableError(f"stand-in GPUs cannot be made ({error})") from None
        (self.folder / "gres.conf").write_text(f"NodeName=node[1-2] Name=gpu File={self.folder}/gpu[0-1]\n")
        (self.folder / "cgroup.conf").write_text("CgroupAutomount=no\n")
        (self.folder / "state").mkdir()

    def _start_munge(self) -> None:
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        places = [
            f"--{name}={self.folder / file}"
            for name, file in {
                "socket": "munge.socket",
                "key-file": "munge.key",
                "pid-file": "munged.pid",
                "log-file": "munged.log",
                "seed-file": "munge.seed",
            }.items()
        ]
        # By force: the folder may lie in one that everybody can write to.
        self._daemon("munged", "--force", *places)

    def _start_database(self) -> None:
        data = f"--datadir={self.folder / 'mysql'}"
        self._daemon("mariadb-install-db", "--no-defaults", "--user=root", data, "--skip-test-db")
        started = [
            "mariadbd",
            "--no-defaults",
            "--user=root",
            data,
            f"--socket={self.folder / 'mysql.socket'}",
            f"--pid-file={self.folder / 'mariadbd.pid'}",
            f"--port={self.ports['mysql']}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=0",
        ]
        self._daemon("setsid", "--fork", *started)
        client = ["mariadb", "--no-defaults", f"--socket={self.folder / 'mysql.socket'}", "-e"]
        # slurmdbd comes by TCP, where the install script lets root in only from the socket.
        sql = "CREATE DATABASE slurm_acct_db; CREATE USER root@127.0.0.1; GRANT ALL ON *.* TO root@127.0.0.1;"
        self._wait_for(lambda: self.succeeds(*client, "SELECT 1"), "mariadbd")
        self.call(*client, sql)

    def _daemon(self, *command: str) -> None:
        log = self.folder / f"{command[0]}.start.log"
        with log.open("a") as output:
            done = subprocess.run(
                command, env=self.environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL, timeout=60
            )
        if done.returncode:
            said = log.read_text().strip().splitlines()
            raise UnavailableError(f"{command[0]} does not start: {said[-1] if said else done.returncode}")

    def _wait_for(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if condition():
                return
            time.sleep(0.1)
        raise UnavailableError(f"{what} does not answer; its log is in {self.folder}")

    @staticmethod
    def _kill(*pid_files: Path) -> None:
        processes = [Path("/proc") / path.read_text().strip() for path in pid_files if path.exists()]
        for number in (signal.SIGTERM, signal.SIGKILL):
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(int(process.name), number)
            deadline = time.monotonic() + 3
            while time.monotonic() < deadline and any(process.exists() for process in processes):
                time.sleep(0.05)


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def main() -> None:
    """Start or stop the cluster."""
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in ("up", "down"):
        sys.exit(__doc__)
    cluster = Cluster(Path(sys.argv[2]).resolve() if len(sys.argv) == 3 else FOLDER)
    try:
        {"up": cluster.up, "down": cluster.down}[sys.argv[1]]()
    except UnavailableError as reason:
        sys.exit(f"no test cluster: {reason}")
    if sys.argv[1] == "up":
        print(f"export SLURM_CONF={cluster.conf}")


if __name__ == "__main__":
    main()
