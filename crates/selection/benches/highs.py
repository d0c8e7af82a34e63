"""Compares the sheet with HiGHS on the very same rounds, in one go. Run by hand:

    python3 -m venv venv && venv/bin/pip install highspy numpy
    venv/bin/python crates/selection/benches/highs.py [SECONDS]

Builds and runs `cargo bench -p selection -- DIR`, then solves each round with HiGHS on one thread to
the gap the sheet has proven (or 1e-4 if that is wider) within SECONDS (default 60). Prints
`name value unit`, and `name/highs-to-sheet ratio` of times. Fails if a sheet breaks a bound.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

import highspy
import numpy as np


def model(problem):
    """Builds the integer program of a round: one column per (proposal, fund)."""
    funds = {fund["id"]: i for i, fund in enumerate(problem["funds"])}
    groups = {group["id"]: i for i, group in enumerate(problem["groups"])}
    rows = [fund["budget"]["minor"] for fund in problem["funds"]]
    rows += [group["cap"]["minor"] for group in problem["groups"]]
    columns = []
    for proposal in problem["proposals"]:
        once = None
        if len(proposal["funds"]) > 1:
            once = len(rows)
            rows.append(1)
        ask = proposal["ask"]["minor"]
        for fund in proposal["funds"]:
            entries = [(funds[fund], ask), (len(funds) + groups[proposal["group"]], ask)]
            if once is not None:
                entries.append((once, 1))
            columns.append((proposal["score"], entries))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(columns), len(rows)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.array([score for score, _ in columns], dtype=float)
    lp.col_lower_, lp.col_upper_ = np.zeros(len(columns)), np.ones(len(columns))
    # Rows are scaled to millions of yuan so that the solver's tolerances mean little money.
    scale = [1e-8 if i < len(funds) + len(groups) else 1.0 for i in range(len(rows))]
    lp.row_lower_ = np.full(len(rows), -highspy.kHighsInf)
    lp.row_upper_ = np.array([bound * s for bound, s in zip(rows, scale)])
    starts, index, value = [0], [], []
    for _, entries in columns:
        for row, amount in entries:
            index.append(row)
            value.append(amount * scale[row])
        starts.append(len(index))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.array(starts)
    lp.a_matrix_.index_ = np.array(index)
    lp.a_matrix_.value_ = np.array(value)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(columns)
    return lp


def solve(problem, gap, seconds):
    """Returns objective, bound and seconds."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("mip_rel_gap", gap)
    highs.setOptionValue("time_limit", seconds)
    begun = time.perf_counter()
    highs.passModel(model(problem))
    highs.run()
    taken = time.perf_counter() - begun
    info = highs.getInfo()
    return info.objective_function_value, info.mip_dual_bound, taken


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cargo", "bench", "-q", "-p", "selection", "--", folder], check=True)
        for path in sorted(pathlib.Path(folder).glob("*.json")):
            sheet = json.loads(path.read_text())
            name = sheet["name"]
            target = max(sheet["gap_ppm"] / 1e6, 1e-4)
            found, bound, taken = solve(sheet["problem"], target, seconds)
            gap = (bound - found) / bound * 1e6
            print(f"{name}/highs-time {taken * 1e6:.0f} us")
            print(f"{name}/highs-gap {gap:.0f} ppm")
            print(f"{name}/score-to-highs {sheet['score'] / max(found, 1):.6f}")
            print(f"{name}/bound-to-highs {sheet['bound'] / max(bound, 1):.6f}")
            print(f"{name}/highs-to-sheet {taken * 1e6 / max(sheet['micros'], 1):.1f}", flush=True)
            slack = 1e-6 * bound
            if sheet["score"] > bound + slack or found > sheet["bound"] + slack:
                print(f"{name}: a bound is broken", file=sys.stderr)
                wrong += 1
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
