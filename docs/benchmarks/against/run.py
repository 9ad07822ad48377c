"""sklyra's defaults on public tasks, beside what users would pick instead.

    python docs/benchmarks/against/run.py YARDSTICKS                  # everything
    python docs/benchmarks/against/run.py YARDSTICKS pairs tcr mirna  # some
    python docs/benchmarks/against/run.py --table                     # the tables

YARDSTICKS is the folder of the tasks (tasks.py, pairs.py, positions.py, uncertainty.py
and design.py) and of peers that were fitted to the same rows (*peer_scores.json).
What is measured is added to results.jsonl, a line for each task; the last one counts.
"""

import argparse
import contextlib
import importlib
import json
import sys
import time
from pathlib import Path

RESULTS = Path(__file__).with_name("results.jsonl")
# What is asked: a yardstick's module, the file of its peers, and the heading.
YARDSTICKS = {
    "values": ("compare", "peer_scores.json", "One value a sequence"),
    "pairs": ("pairs", "pairs_peer_scores.json", "Pairs of sequences, and covariates"),
    "positions": (
        "positions",
        "positions_peer_scores.json",
        "A label for every position",
    ),
    "uncertainty": ("uncertainty", "uncertainty_peer_scores.json", "How sure"),
    "design": ("design", "design_peer_scores.json", "What to measure next"),
}
TIE = 0.002  # scores as near as this count as equal
SCORES = {
    "regression": "Spearman",
    "binary": "AUROC",
    "multiclass": "MCC",
    "rare": "average precision",
}
SMALLER_IS_BETTER = {"mcrmse", "winkler90", "ause", "gap90", "size90"}
METRICS = {
    "winkler90": "interval score, in standard deviations",
    "gap90": "coverage: distance from 0.9",
    "gap90_sets": "coverage of sets: distance from 0.9",
    "err_std": "rank correlation of error and standard deviation",
    "ause": "area under the sparsification error",
    "worst90": "coverage of the worst class",
    "size90": "classes in a set",
    "shift": "novelty of shifted rows (AUROC)",
    "shuffle": "novelty of shuffled sequences (AUROC)",
    "foreign": "novelty of foreign sequences (AUROC)",
}


def measure(yardstick: str, task: str, folder: Path, seeds: int) -> dict:
    """Fit to one task: metrics of sklyra and of each peer."""
    module = importlib.import_module(YARDSTICKS[yardstick][0])
    entry = json.loads((folder / YARDSTICKS[yardstick][1]).read_text())[task]
    known = entry["peers"]
    # sklyra joined to one string is no peer but its own work-around
    peers = {name: scores for name, scores in known.items() if "sklyra" not in name}
    started = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        if yardstick == "design":
            ours = module.compare([task], {}, seeds, False)[task]
        elif yardstick == "uncertainty":
            ours = module.compare([task])[task]
        elif yardstick == "positions":
            rows = module.compare([task])
            ours = {row["metric"]: row["score"] for row in rows}
        else:
            run = module.main if yardstick == "values" else module.compare
            score = SCORES[entry["kind"]]
            ours = {score: run([task])[0]["score"]}
            peers = {name: {score: scores["score"]} for name, scores in peers.items()}
    if yardstick == "design":
        ours, peers = last_round(ours), {k: last_round(v) for k, v in peers.items()}
    if yardstick == "uncertainty":
        gap = "gap90_sets" if "size90" in ours else "gap90"
        for scores in (ours, *peers.values()):
            if "cover90" in scores:
                scores[gap] = abs(scores["cover90"] - 0.9)
    seconds = round(time.perf_counter() - started)
    kept = {
        name: {metric: scores[metric] for metric in ours if metric in scores}
        for name, scores in peers.items()
    }
    row = {"sklyra": ours, "peers": kept, "seconds": seconds}
    return row | ({"seeds": seeds} if yardstick == "design" else {})


def last_round(scores: dict) -> dict:
    """Take the share of the top that was found, or the best of an open design."""
    name = "hits" if "hits" in scores else "best"
    return {name: scores[name][-1]}


def sign(metric: str) -> int:
    return -1 if metric.split("_")[0] in SMALLER_IS_BETTER else 1


def compare(metric: str, ours: float, peers: dict) -> tuple[str, float, int]:
    """Find the best peer of a metric, and sklyra's rank."""
    scores = {k: v[metric] for k, v in peers.items() if v.get(metric) is not None}
    best = max(scores, key=lambda name: sign(metric) * scores[name])
    ahead = [s for s in scores.values() if sign(metric) * (s - ours) > TIE]
    return best, scores[best], 1 + len(ahead)


def print_tasks(rows: dict) -> None:
    """Print a row for each task, by its first metric."""
    print("| task | metric | sklyra | best peer | margin | rank |")
    print("|---|---|---|---|---|---|")
    ranks, margins = [], []
    for task, row in rows.items():
        metric = next(iter(row["sklyra"]))
        if "seeds" in row:
            task = f"{task} (campaigns: {row['seeds']})"
        ours = row["sklyra"][metric]
        best, score, rank = compare(metric, ours, row["peers"])
        margin = sign(metric) * (ours - score)
        ranks.append(rank)
        margins.append(margin)
        peer = f"{best.replace('_', ' ')} {score:.3f}"
        print(f"| {task} | {metric} | {ours:.3f} | {peer} | {margin:+.3f} | {rank} |")
    middle = sorted(margins)[len(margins) // 2]
    print(
        f"\n{len(ranks)} tasks: first on {ranks.count(1)}, mean rank {mean(ranks):.2f};"
    )
    print(f"margin: median {middle:+.3f}, worst {min(margins):+.3f}.\n")


def print_means(rows: dict) -> None:
    """Print means over cases, random and shifted apart, for each metric."""
    print("| split | metric | cases | sklyra | best peer on average | rank |")
    print("|---|---|---|---|---|---|")
    for shifted in (False, True):
        cases = [
            row for task, row in rows.items() if task.endswith("_shift") == shifted
        ]
        for metric, words in METRICS.items():
            measured = [row for row in cases if metric in row["sklyra"]]
            if not measured:
                continue
            ours = mean([row["sklyra"][metric] for row in measured])
            names = set.intersection(*(set(row["peers"]) for row in measured))
            peers = {
                name: {metric: mean([row["peers"][name][metric] for row in measured])}
                for name in sorted(names)
                if all(metric in row["peers"][name] for row in measured)
            }
            if not peers:
                continue
            best, score, rank = compare(metric, ours, peers)
            split = "shifted" if shifted else "random"
            peer = f"{best.replace('_', ' ')} {score:.3f}"
            cells = split, words, len(measured), f"{ours:.3f}", peer, rank
            print(f"| {' | '.join(map(str, cells))} |")
    print()


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def print_tables() -> None:
    found: dict[str, dict] = {yardstick: {} for yardstick in YARDSTICKS}
    for line in RESULTS.read_text().splitlines():
        row = json.loads(line)
        found[row["yardstick"]][row["task"]] = row
    for yardstick, rows in found.items():
        if rows:
            print(f"## {YARDSTICKS[yardstick][2]}\n")
            show = print_means if yardstick == "uncertainty" else print_tasks
            show(dict(sorted(rows.items())))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("yardstick", choices=YARDSTICKS, nargs="?")
    parser.add_argument("tasks", nargs="*")
    parser.add_argument("--seeds", type=int, default=5, help="campaigns of a landscape")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    if options.table:
        print_tables()
        sys.exit()
    if options.folder is None:
        parser.error("name the folder of the yardsticks, or --table")
    sys.path.insert(0, str(options.folder))
    for yardstick in [options.yardstick] if options.yardstick else YARDSTICKS:
        peer_file = options.folder / YARDSTICKS[yardstick][1]
        for task in options.tasks or json.loads(peer_file.read_text()):
            row = measure(yardstick, task, options.folder, options.seeds)
            row = {"yardstick": yardstick, "task": task, **row}
            with RESULTS.open("a") as file:
                file.write(f"{json.dumps(row)}\n")
