"""Measures the product by cases with known facts: cases in, results out; and a gate that compares two results."""
