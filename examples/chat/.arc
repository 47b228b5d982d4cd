# Rooms to talk in. What happens to a line that somebody says:
#
#   say ──▶ messages (table)
#    └────▶ everyone in the room

@app
chat

@http
get /
post /ticket    # a name, for a ticket that opens the socket

@ws
join            # enter a room: its last lines come back
  response true
say             # a line for everyone in the room: it comes back as it was kept
  response true
earlier         # older lines
  response true

@ws-settings
auth ticket     # who has none gets no socket

@rooms
chat            # chat:lobby, chat:garden …
  presence true # src/rooms/chat is invoked when somebody came or went

@tables
messages
  room *String
  at **String
