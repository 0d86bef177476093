"""`ginnel doctor NAME`: what stands between this machine and a gateway, found out by asking it.

`knock`, `suites`, `verdict` and `conflicts` are pure; `asking` and `surroundings` do the IO; `examine` runs
it all within a bound of time and tells how it goes. Nothing that is sent holds a secret or a name, and
nobody is logged in: a gateway sees beginnings of IKE sessions that nobody goes on with.
"""
