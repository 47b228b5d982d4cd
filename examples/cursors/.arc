# Everybody sees where the others point.
@app
cursors

@http
get /

@ws

@rooms
board
  presence true # src/rooms/board is told who came and went
  rate 40       # messages a second from one page
