# SPDX-FileCopyrightText: forcetls contributors
# SPDX-License-Identifier: Apache-2.0
"""What the two demos share: a table of 100 columns, and waiting for Ctrl-C."""

import signal
import textwrap

WIDTHS = (22, 21, 8, 38, 7)  # and a space between: 100 columns
RULE = "-" * 100


def print_row(*cells):
    columns = [[line for part in cell.split("\n") for line in textwrap.wrap(part, width)]
               for cell, width in zip(cells, WIDTHS)]
    for number in range(max(map(len, columns))):
        line = " ".join((lines[number] if number < len(lines) else "").ljust(width)
                        for lines, width in zip(columns, WIDTHS))
        print(line.rstrip())


def print_notes(*notes):
    """Below a row, those that are not empty."""
    for note in filter(None, notes):
        print(textwrap.fill(note, 100, initial_indent="    ", subsequent_indent="    "))


def wait_for_interrupt():
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        print("\nStopping.")
