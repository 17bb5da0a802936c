"""Does every event arrive? Receivers that misbehave, and workers that are killed, all the while.

`make soak-deliveries` runs it. Read in this order:

    plan         how long, how bad, and who wants to hear of what
    place        an installation of its own, gone when it ends, with more workers than usual
    desk         orders to its inside: destinations, new secrets (inside, orders: with Django)
    moods        how a receiver may behave, and the dice that choose
    receiver     what stands where the destinations point, and notes all that comes
    killing      workers end without a word, and the broker loses its memory
    ledger       what the database holds, by SELECTs of its own; judge: held against what came
    conduct      all of it, in time; report: what came of it
"""
