"""Does rotation disturb a return? Registers at work while keys, tokens and servers change below them.

`make soak-rotation` runs it. Read in this order:

    plan         how long, how many, how bad
    place        an installation of its own, gone when it ends
    office       orders to its inside: registers, rotations, revocations (inside, world: with Django)
    proxy        what stands between registers and server, and loses answers (http1: one message)
    sightings    what went over the proxy: refusals, and which token a request was answered under
    till         a register at work, with the real client (messages: what it says; stamped: its
                 line); journal: what it was promised
    fragile      a register's keyring that now and then ends the register
    trouble      web workers killed, the web server restarted
    old_keys     keys that were replaced, tried before and after their time
    revoked      what was revoked, tried from that moment on (probe: one attempt, past the proxy)
    books        what the database holds, by SELECTs of its own; judge: held against the journals
    conduct      all of it, in time; figures, table, report: what came of it
"""
