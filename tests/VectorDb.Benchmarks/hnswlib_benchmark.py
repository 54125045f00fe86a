"""hnswlib on a workload that VectorDb.Benchmarks wrote: one JSON line with build time, memory, recall@10 and latencies.

Usage: hnswlib_benchmark.py FOLDER DIMENSION   (vectors.f32, queries.f32 and truth.i32, row by row, in FOLDER)
"""
import json
import sys
import time

import hnswlib
import numpy

folder, dimension = sys.argv[1], int(sys.argv[2])
vectors = numpy.fromfile(f"{folder}/vectors.f32", dtype=numpy.float32).reshape(-1, dimension)
queries = numpy.fromfile(f"{folder}/queries.f32", dtype=numpy.float32).reshape(-1, dimension)
truth = numpy.fromfile(f"{folder}/truth.i32", dtype=numpy.int32).reshape(len(queries), -1)



def megabytes():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096 / 2**20


before = megabytes()
index = hnswlib.Index(space="cosine", dim=dimension)
index.init_index(max_elements=len(vectors), M=16, ef_construction=64)
started = time.perf_counter()
index.add_items(vectors)
result = {
    "buildSeconds": time.perf_counter() - started,
    "megabytes": megabytes() - before,
    "searches": [],
}

index.set_num_threads(1)
for ef in (20, 50, 100):
    index.set_ef(ef)
    found, times = 0, []
    for round_ in range(3):
        for query, nearest in zip(queries, truth):
            started = time.perf_counter()
            labels, _ = index.knn_query(query, k=truth.shape[1])
            elapsed = time.perf_counter() - started
            if round_ > 0:
                times.append(elapsed * 1000)
                found += len(set(labels[0]) & set(nearest))
    times.sort()
    result["searches"].append({
        "ef": ef,
        "recall": found / (2 * truth.size),
        "p50": times[len(times) // 2],
        "p95": times[len(times) * 95 // 100],
        "p99": times[len(times) * 99 // 100],
    })

print(json.dumps(result))
