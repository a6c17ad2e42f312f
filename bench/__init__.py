"""Benchmarks: the product's work against the same work done barely, in one run on one machine."""
