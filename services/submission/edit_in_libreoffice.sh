#!/usr/bin/env bash
# Opens a workbook in LibreOffice, without a window, changes cells of its first sheet and saves it as
# LibreOffice writes such files.  Usage: edit_in_libreoffice.sh IN.xlsx OUT.xlsx CELL=VALUE…
# A value that looks like a number or a formula becomes one, `'` before it keeps it text.
set -euo pipefail
input=$(realpath "$1")
output=$(realpath -m "$2")
shift 2
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

# What stands in a string of Basic inside XML.
quoted() {
  sed -e 's/"/""/g' -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/"/\&quot;/g' -e '1s/^/\&quot;/' \
    -e '$s/$/\&quot;/' <<<"$1"
}

edits=
for edit in "$@"; do
  cell=$(quoted "${edit%%=*}")
  value=${edit#*=}
  case $value in
    \'*) edits+="sheet.getCellRangeByName($cell).setString($(quoted "${value#\'}"))"$'\n' ;;
    *) edits+="sheet.getCellRangeByName($cell).setFormula($(quoted "$value"))"$'\n' ;;
  esac
done

office() {
  timeout 120 soffice --headless --norestore \
    "-env:UserInstallation=file://$profile" "$@" >/dev/null
}

# The first start of a profile brings its own library, so ours comes after it.
office --terminate_after_init
library=$profile/user/basic/Standard
cat >"$library/script.xlb" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" library:passwordprotected="false">
 <library:element library:name="Edit"/>
</library:library>
XML
cat >"$library/Edit.xba" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Edit" script:language="StarBasic">
Sub Main
Dim hidden(0) As New com.sun.star.beans.PropertyValue
Dim filter(0) As New com.sun.star.beans.PropertyValue
hidden(0).Name = &quot;Hidden&quot;
hidden(0).Value = True
filter(0).Name = &quot;FilterName&quot;
filter(0).Value = &quot;Calc MS Excel 2007 XML&quot;
document = StarDesktop.loadComponentFromURL(ConvertToURL($(quoted "$input")), &quot;_blank&quot;, 0, hidden())
sheet = document.Sheets.getByIndex(0)
$edits
document.storeToURL(ConvertToURL($(quoted "$output")), filter())
document.close(True)
End Sub
</script:module>
XML
office 'macro:///Standard.Edit.Main'
[ -s "$output" ]
