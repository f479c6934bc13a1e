"""Pure values that every slice agrees on: errors, ids, times and the `Call` record. No I/O, no clock."""
