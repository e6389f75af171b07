# duban_migrations([TARGET library] NAME component DIR migrations VARIABLE kXxxMigrations HEADER path)
#
# Embeds the numbered .sql files of a folder (0001_name.sql, 0002_…, no holes) into the program, as
# the definition of `extern const db::MigrationSet kXxxMigrations;` that HEADER (its path as in an
# #include) declares. VARIABLE is named as seen from namespace duban: `kOutboxMigrations`, or
# `indicator::kIndicatorMigrations`. Call it after duban_library of TARGET, which is duban_<component>
# unless given.
#
#   duban_library(duban_outbox SRCS outbox.cc DEPS duban_db)
#   duban_migrations(NAME outbox DIR migrations VARIABLE kOutboxMigrations
#                    HEADER common/outbox/outbox.h)
function(duban_migrations)
  cmake_parse_arguments(ARG "" "TARGET;NAME;DIR;VARIABLE;HEADER" "" ${ARGN})
  foreach(required NAME DIR VARIABLE HEADER)
    if(NOT ARG_${required})
      message(FATAL_ERROR "duban_migrations: ${required} is missing")
    endif()
  endforeach()
  if(NOT ARG_TARGET)
    set(ARG_TARGET duban_${ARG_NAME})
  endif()

  cmake_path(ABSOLUTE_PATH ARG_DIR BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  file(GLOB files RELATIVE ${ARG_DIR} CONFIGURE_DEPENDS ${ARG_DIR}/*.sql)
  list(SORT files)
  set(rows "")
  set(number 0)
  foreach(file IN LISTS files)
    math(EXPR number "${number} + 1")
    string(REGEX MATCH "^0*([0-9]+)_[a-z0-9_]+\\.sql$" matched ${file})
    if(NOT CMAKE_MATCH_1 EQUAL number)
      message(FATAL_ERROR "${ARG_DIR}/${file}: expected number ${number}, as in 0001_plans.sql")
    endif()
    # Text goes through quoted arguments only, so semicolons and backslashes stay as they are.
    file(READ ${ARG_DIR}/${file} text)
    string(APPEND rows "        {${number}, \"${file}\", R\"sql(${text})sql\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARG_DIR}/${file})
  endforeach()

  set(source ${CMAKE_CURRENT_BINARY_DIR}/${ARG_NAME}_migrations.cc)
  file(WRITE ${source}.new "// Made by duban_migrations from ${ARG_DIR}.
#include \"${ARG_HEADER}\"

#include \"common/db/migration.h\"

namespace duban {

const db::MigrationSet ${ARG_VARIABLE}{
    \"${ARG_NAME}\",
    {
${rows}    }};

}  // namespace duban
")
  configure_file(${source}.new ${source} COPYONLY)  # leaves an equal file, and its time, alone
  target_sources(${ARG_TARGET} PRIVATE ${source})
endfunction()
