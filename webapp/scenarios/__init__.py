"""Scenarios: examples of how a matter goes, kept in a package, played and judged.

``scenario`` reads them, ``playing`` does their steps through an open engine, ``judging`` holds that
each goes as it says, ``rehearsing`` runs all of a package in a throw-away office for the pages, and
``shipped`` knows the packages and the township that come with the house.
"""
