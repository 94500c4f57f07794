"""The measurements, in the order in which they run: one small module each."""

from benchmarks.measures import alone, check, cpu, fuzz, latency, memory, throughput
from benchmarks.measures.visit import Alone, Measure

MEASURES: tuple[Measure, ...] = (throughput.MEASURE, cpu.MEASURE, latency.MEASURE, memory.IDLE, memory.STALL)

# What has contestants of its own.
ALONE: tuple[Alone, ...] = (
    alone.IN_PROCESS,
    alone.PARSING,
    alone.GENERATION,
    check.RATE,
    check.MEMORY,
    fuzz.AGENT,
    fuzz.SHOP,
)
