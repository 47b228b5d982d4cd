# Rooms to talk in. What happens to a line that somebody says:
#
#   say ──▶ messages (table)
#    └────▶ said (event) ──▶ everyone in the room

@app
chat

@http
get /

@ws
join        # enter a room: its history comes back
say         # a line for everyone in the room
here        # still here: keeps presence and the socket alive
earlier     # older lines

@events
said

@tables
messages
  room *String
  at **String
people
  room *String
  connection **String
  expires TTL

@tables-indexes
people
  connection *String
  name byConnection
  projection keys

@tables-streams
people      # somebody came or went, however that was noticed
