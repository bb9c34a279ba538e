//! A program with a planted panic, which the check must find.
#![no_std]
#![no_main]

footprint::program_with_panic!(unwrap);
