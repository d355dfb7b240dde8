{{/* What every pod has that runs an image of ours: given root and the service's values as service. */}}
{{- define "fairlead.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false  # a Service called fairlead would set FAIRLEAD_PORT
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  {{- toYaml .service.podSecurityContext | nindent 2 }}
{{- with .service.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .service.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .service.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* And its container: given root, component and service. */}}
{{- define "fairlead.container" -}}
image: {{ include "fairlead.image" . }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- toYaml .service.securityContext | nindent 2 }}
{{- end -}}
