{{/* Names and labels. */}}

{{/* What every object's name begins with: the release, and the chart unless the release says so. */}}
{{- define "duban.name" -}}
{{- if contains "duban" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}{{ printf "%s-duban" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* Labels by which pods are selected: dict "root" $ "component" NAME. They never change. */}}
{{- define "duban.selector" -}}
app.kubernetes.io/name: duban
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* Labels of an object: the same arguments. */}}
{{- define "duban.labels" -}}
{{ include "duban.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: duban
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* The image of a service, or of the whole without a name: dict "root" $ "name" NAME. */}}
{{- define "duban.image" -}}
{{- $own := dig "repository" "" (index .root.Values.services (.name | default "") | default dict) -}}
{{ $own | default .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "duban.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "duban.name" .) }}
{{- end }}

{{- define "duban.databaseHost" -}}
{{- if .Values.developmentDatabase.enabled }}{{ include "duban.name" . }}-database
{{- else }}{{ required "database.host: where is the database? (or developmentDatabase.enabled=true to try Duban out)" .Values.database.host }}{{ end }}
{{- end }}

{{- define "duban.databaseSecret" -}}
{{ required "database.existingSecret: the Secret that holds the database's password" .Values.database.existingSecret }}
{{- end }}

{{- define "duban.identitySecret" -}}
{{ required "identity.existingSecret: the Secret with issuers.json, its key files and key.jwk" .Values.identity.existingSecret }}
{{- end }}

{{/* One service as its own entry and the defaults say: dict "root" $ "name" NAME. As YAML. */}}
{{- define "duban.service" -}}
{{- $own := index .root.Values.services .name -}}
{{- mustMergeOverwrite (deepCopy .root.Values.serviceDefaults) (deepCopy $own) | toYaml }}
{{- end }}

{{/* Names of the services that call this one, as a list in YAML: dict "root" $ "name" NAME. */}}
{{- define "duban.callers" -}}
{{- $callers := list -}}
{{- range $other, $service := .root.Values.services -}}
{{- if has $.name $service.calls }}{{ $callers = append $callers $other }}{{ end -}}
{{- end -}}
{{- $callers | toYaml }}
{{- end }}
