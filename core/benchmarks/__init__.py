"""Ginnel beside other tunnels in user space, on one machine in one run: `make bench`.

`topology` builds two hosts and a link, `peers` puts a tunnel between them, `measure` sends traffic through
it, `results` keeps what came out, `targets` judges it, `report` and `chart` show it, `run` is the program.
`crypto` and `associations` measure the packet path's parts; `plane` is the process that they measure.
"""
