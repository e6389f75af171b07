# The arrows between the rooms. Prints `file:line: what is wrong` for each #include that breaks one.

BEGIN {
  # Rooms of common/ and the rooms that each may see; tests see all of them, common/testing does, too.
  sees["base"] = " "
  sees["calendar"] = " base "
  sees["db"] = " base "
  sees["identity"] = " base "
  sees["tls"] = " base "
  sees["client"] = " base identity "
  sees["server"] = " base db identity client tls "
  sees["audit"] = " base db server "  # server: the call that is recorded
  sees["outbox"] = " base db client server "  # server: the environment that the relay runs in
  sees["transfer"] = " "
  sees["workbook"] = " base "

  # Third-party headers and the only places that may see them.
  owner["cppconn/"] = owner["mysql"] = owner["mariadb"] = "^common/(db|testing)/"
  owner["openssl/"] = "^common/(base|db|identity|tls)/"
  owner["spdlog/"] = "^common/base/"
  owner["boost/"] = "^common/base/"
  owner["prometheus/"] = "^(common/(server|outbox)/|common/testing/|services/[^/]*/[^/]*$)"
  owner["curl/"] = "^common/transfer/"
  owner["CLI/"] = "^services/dubanctl/"
  owner["kainjow/"] = "^services/(review|notification)/"
  owner["xlsxwriter"] = owner["pugixml"] = owner["minizip/"] = "^common/workbook/"
}

function complain(what) { print FILENAME ":" FNR ": " what " (" header ")" }

function room_of(path) {
  if (path !~ /^common\/[^\/]+\//) return ""
  split(path, parts, "/")
  return parts[2]
}

function service_of(path) {
  if (path !~ /^services\/[^\/]+\//) return ""
  split(path, parts, "/")
  return parts[2]
}

# rules, store or service of a noun, by the file's name.
function kind_of(path) {
  if (match(path, /_(rules|store|service)(_test)?\.(h|cc)$/) == 0) return ""
  split(substr(path, RSTART + 1), parts, /[_.]/)
  return parts[1]
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
  header = $0
  sub(/^[^<"]*[<"]/, "", header)
  sub(/[>"].*$/, "", header)

  # Tests, and what only tests include: fixtures, toy services, test keys.
  is_test = FILENAME ~ /(_test\.cc|_fixture\.(h|cc)|\/(toy|test)_[a-z_]*\.(h|cc))$/
  room = room_of(FILENAME)
  service = service_of(FILENAME)
  kind = is_test || service == "" ? "" : kind_of(FILENAME)

  if (room != "" && header ~ /^services\//) complain("common never sees services")
  if (service != "" && service_of(header) != "" && service_of(header) != service)
    complain("services never see each other")
  if (FILENAME ~ /^tests\// && header ~ /^services\//)
    complain("tests of the whole see no service's inside")

  seen = room_of(header)
  if (room != "" && room != "testing" && !is_test && seen != "" && seen != room &&
      index(sees[room], " " seen " ") == 0)
    complain("common/" room " must not see common/" seen)
  if (service != "" && !is_test && seen == "testing") complain("only tests see common/testing")

  if (kind == "rules" && kind_of(header) ~ /store|service/ ||
      kind == "store" && kind_of(header) ~ /rules|service/)
    complain("store and rules never see each other, nor the service")
  if (kind == "rules" &&
      (header ~ /^(grpc|grpcpp)\// || header ~ /\.grpc\.pb\.h$/ || header == "common/base/clock.h" ||
       seen != "" && seen != "base" && seen != "calendar"))
    complain("rules see no SQL, no gRPC, no clock")
  if (kind == "store" && (header ~ /^(grpc|grpcpp)\// || header ~ /\.grpc\.pb\.h$/))
    complain("a store sees no gRPC")

  for (prefix in owner)
    if (index(header, prefix) == 1 && FILENAME !~ owner[prefix] && !is_test && FILENAME !~ /^tests\//)
      complain(prefix "* stays in its room")
}
