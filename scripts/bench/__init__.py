"""`make bench`: what the parts of this project reach beside the libraries they stand on.

docs/benchmarks.md says what is measured, how to read it, and what was measured.
"""
