"""Measurements on public benchmarks as Markdown tables, also readable in a terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table

from eval.anchors import RANKS, Anchors, Benchmark
from eval.searches import SYSTEMS
from eval.tables import markdown


def anchors_text(anchors: Anchors) -> str:
    """A table for each benchmark, and how it was measured."""
    parts = []
    for benchmark in anchors.benchmarks:
        asked = "1 query" if benchmark.queries == 1 else f"{benchmark.queries:,} queries"
        searched = f"{asked}, {benchmark.documents:,} documents"
        if benchmark.passages != benchmark.documents:
            searched += f" in {benchmark.passages:,} passages"
        is_ranked = any("ndcg@10" in metrics for metrics in benchmark.scores.values())
        table = _ranked(benchmark) if is_ranked else _spans(benchmark)
        parts.append(f"{benchmark.name}, {benchmark.split}: {searched}\n\n{markdown(table)}")
    parts.append(
        f"{anchors.command}: {anchors.date}, {anchors.seconds:,.0f} s, "
        f"{anchors.settings['model']}, torch {anchors.versions['torch']}"
    )
    return "\n\n".join(parts)


def _ranked(benchmark: Benchmark) -> Table:
    table = Table("system", box=box.MARKDOWN)
    for heading in ("nDCG@10", "95 % interval", "recall@10", "recall@100"):
        table.add_column(heading, justify="right")
    for published in benchmark.published:
        label = f"{published.system} ({published.source})"
        table.add_row(label, f"{published.ndcg_at_10:.3f}", "", "", "")
    for system, metrics in benchmark.scores.items():
        gain = metrics["ndcg@10"]
        interval = f"{gain.low:.3f} to {gain.high:.3f}"
        recalls = [f"{metrics[f'recall@{k}'].value:.3f}" for k in (10, 100)]
        table.add_row(f"{system}, here", f"{gain.value:.3f}", interval, *recalls)
    return table


def _spans(benchmark: Benchmark) -> Table:
    table = Table(box=box.MARKDOWN)
    table.add_column("k", justify="right")
    for system in SYSTEMS:
        table.add_column(f"{system} P, %", justify="right")
        table.add_column(f"{system} R, %", justify="right")
    for k in RANKS:
        cells = [
            f"{100 * benchmark.scores[system][f'{metric}@{k}'].value:.1f}"
            for system in SYSTEMS
            for metric in ("precision", "recall")
        ]
        table.add_row(str(k), *cells)
    return table
