"""The NumPy side of the benchmark: reads commands as lines of JSON, answers in lines of JSON.

A workload is the text of a function `step(inputs and parameters)` that returns what our entry
returns, and changes the parameters in place. Names that it keeps between calls are globals of it.
"""

import gc
import json
import os
import sys
from time import perf_counter

import numpy as np

TYPES = {"f32": np.float32, "f64": np.float64, "i32": np.int32}
space = {}
arrays = {}
last = None


def load(question):
    global space, arrays
    arrays = {}
    for name, dtype, shape, file in question["arrays"]:
        arrays[name] = np.fromfile(file, dtype=TYPES[dtype]).reshape(shape)
    space = {"np": np, "arrays": arrays}
    exec(question["load"], space)
    return {}


def run(question):
    global last
    step = space["step"]
    given = list(arrays.values())
    times = range(question["run"])
    gc.disable()
    begun = perf_counter()
    for _ in times:
        last = step(*given)
    seconds = perf_counter() - begun
    gc.enable()
    return {"seconds": seconds}


def results(question):
    answer = last if isinstance(last, (list, tuple)) else [last]
    answer = [np.asarray(each) for each in answer]
    answer += [arrays[name] for name in question["also"]]
    files = []
    for number, each in enumerate(answer):
        file = os.path.join(question["results"], f"result{number}.bin")
        np.ascontiguousarray(each).tofile(file)
        files.append([str(each.dtype), list(each.shape), file])
    return {"arrays": files}


print(json.dumps({"numpy": np.__version__}), flush=True)
for line in sys.stdin:
    question = json.loads(line)
    try:
        for name, action in (("load", load), ("run", run), ("results", results)):
            if name in question:
                answer = action(question)
                break
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
