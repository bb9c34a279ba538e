//! A program that can panic: the check must find it.
#![no_std]
#![no_main]

footprint::program_with_panic!(borrow);
