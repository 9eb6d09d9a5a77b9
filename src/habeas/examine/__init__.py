"""Tests an accusation against what is known: case in, findings and cost of belief out. No disk, no clock, no network."""
