# How the machine is used, and not what comes out. It stands in the commands and not among the params, which would make
# everything again when it changes.
def options(*keys):
    return " ".join(f"--{key.replace('_', '-')} {config[key]}" for key in keys if key in config)


DEVICE = options("device", "runs_per_gpu")
TRAINING = options("checkpoint_every")
if str(config.get("cuda_graphs")).lower() == "true":
    TRAINING += " --cuda-graphs"
