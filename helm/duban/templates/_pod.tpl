{{/* What pods of services and of migrations have in common. */}}

{{- define "duban.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "duban.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Flags of the database: dict "root" $ "migrates" BOOL. One a line. */}}
{{- define "duban.databaseFlags" -}}
{{- $database := .root.Values.database -}}
{{- $separate := and .migrates $database.migrationUser -}}
--database_host={{ include "duban.databaseHost" .root }}
--database_port={{ $database.port }}
--database_name={{ $database.name }}
--database_user={{ if $separate }}{{ $database.migrationUser }}{{ else }}{{ $database.user }}{{ end }}
--database_password_file=/etc/duban/database/{{ if $separate }}{{ $database.migrationPasswordKey }}{{ else }}{{ $database.passwordKey }}{{ end }}
{{- if $database.tls.enabled }}
--database_tls_ca_file=/etc/duban/database-ca/{{ $database.tls.caKey }}
{{- end }}
{{- end }}

{{/* The flag file of a service: dict "root" $ "name" NAME. */}}
{{- define "duban.flags" -}}
{{- $service := include "duban.service" . | fromYaml -}}
{{- $tls := .root.Values.tls -}}
--listen=0.0.0.0:{{ $service.port }}
--metrics_listen=0.0.0.0:{{ $service.metricsPort }}
{{ include "duban.databaseFlags" (dict "root" .root "migrates" false) }}
--database_connections={{ $service.databaseConnections }}
--issuers_file=/etc/duban/identity/{{ .root.Values.identity.issuersKey }}
{{- if .root.Values.identity.allowDevelopmentIssuer }}
--allow_development_issuer
{{- end }}
--service_key_file=/etc/duban/identity/{{ .root.Values.identity.serviceKeyKey }}
--drain_timeout={{ .root.Values.shutdown.drainSeconds }}s
{{- if $tls.enabled }}
--tls_certificate_file=/etc/duban/tls/tls.crt
--tls_key_file=/etc/duban/tls/tls.key
--peer_ca_file=/etc/duban/tls/ca.crt
{{- if $tls.mutual }}
--tls_client_ca_file=/etc/duban/tls/ca.crt
{{- end }}
{{- end }}
{{- range $other := $service.calls }}
{{- $called := required (printf "services.%s.calls names %s, which is no service" $.name $other) (index $.root.Values.services $other) }}
--{{ $other }}_target=dns:///{{ include "duban.name" $.root }}-{{ $other }}-headless:{{ $called.port }}
{{- end }}
{{- range $flag, $_ := $service.files }}
--{{ $flag }}=/etc/duban/config/{{ $flag }}
{{- end }}
{{- if $service.ownSecret.existingSecret }}
{{- range $flag, $key := $service.ownSecret.flags }}
--{{ $flag }}=/etc/duban/own/{{ $key }}
{{- end }}
{{- end }}
{{- range $flag, $value := $service.flags }}
--{{ $flag }}={{ if kindIs "float64" $value }}{{ int64 $value }}{{ else }}{{ $value }}{{ end }}
{{- end }}
{{- end }}

{{/* The files of a service that are no secret, as keys of its ConfigMap: dict "root" $ "name" NAME. What
     is empty comes from the chart's own files. */}}
{{- define "duban.files" -}}
{{- $service := include "duban.service" . | fromYaml -}}
{{- range $flag, $content := $service.files }}
{{ $flag }}: |
  {{- $content | default ($.root.Files.Get (printf "files/%s" $flag)) | required (printf "services.%s.files.%s: its content" $.name $flag) | nindent 2 }}
{{- end }}
{{- end }}

{{- define "duban.databaseMounts" -}}
- {name: database, mountPath: /etc/duban/database, readOnly: true}
{{- if .Values.database.tls.enabled }}
- {name: database-ca, mountPath: /etc/duban/database-ca, readOnly: true}
{{- end }}
{{- end }}

{{/* dict "root" $ "migrates" BOOL: the secrets of the database that are asked for, and no others. */}}
{{- define "duban.databaseVolumes" -}}
{{- $database := .root.Values.database -}}
- name: database
  secret:
    secretName: {{ include "duban.databaseSecret" .root }}
    defaultMode: 0440
    items:
      - {key: {{ $database.passwordKey }}, path: {{ $database.passwordKey }}}
      {{- if and .migrates $database.migrationUser }}
      - {key: {{ $database.migrationPasswordKey }}, path: {{ $database.migrationPasswordKey }}}
      {{- end }}
{{- if $database.tls.enabled }}
- name: database-ca
  secret:
    secretName: {{ required "database.tls.caSecret: the Secret with the database's authority" $database.tls.caSecret }}
    defaultMode: 0440
    items: [{key: {{ $database.tls.caKey }}, path: {{ $database.tls.caKey }}}]
{{- end }}
{{- end }}

{{/* The container that applies a service's migrations and ends: dict "root" $ "name" NAME. All of it
     stands in its arguments, for before an installation no ConfigMap is there. */}}
{{- define "duban.migrationContainer" -}}
name: migrate
image: {{ include "duban.image" . }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
command: [/usr/bin/duban-{{ .name }}]
args:
  - --migrate_only
  - --database_wait=2m
  {{- range splitList "\n" (include "duban.databaseFlags" (dict "root" .root "migrates" true)) }}
  - {{ . }}
  {{- end }}
securityContext:
  {{- include "duban.containerSecurity" .root | nindent 2 }}
resources:
  requests: {cpu: 50m, memory: 64Mi}
  limits: {memory: 256Mi}
volumeMounts:
  {{- include "duban.databaseMounts" .root | nindent 2 }}
{{- end }}

{{/* A health check by the command line, for where Kubernetes' own cannot speak TLS:
     dict "root" $ "port" PORT "service" HEALTH_SERVICE. */}}
{{- define "duban.tlsCheck" -}}
exec:
  command:
    - /usr/bin/dubanctl
    - --ca-file=/etc/duban/tls/ca.crt
    {{- if .root.Values.tls.mutual }}
    - --certificate-file=/etc/duban/tls/tls.crt
    - --certificate-key-file=/etc/duban/tls/tls.key
    {{- end }}
    - health
    - localhost:{{ .port }}
    {{- if .service }}
    - {{ .service }}
    {{- end }}
{{- end }}

{{/* The same arguments; by gRPC where there is no TLS. */}}
{{- define "duban.check" -}}
{{- if .root.Values.tls.enabled -}}
{{ include "duban.tlsCheck" . }}
{{- else -}}
grpc:
  port: {{ .port }}
  {{- if .service }}
  service: {{ .service }}
  {{- end }}
{{- end }}
{{- end }}
