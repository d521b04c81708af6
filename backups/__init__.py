"""Backups an installation keeps by itself: each night, and when its secretary asks for one."""
