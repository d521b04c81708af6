"""The vault: keys of readers, and envelopes only they can open."""
