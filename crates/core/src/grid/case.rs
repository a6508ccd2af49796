//! Readers for case files: text in, a network and a list of faults out.
