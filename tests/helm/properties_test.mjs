// What the chart promises, asserted on the objects that it renders to, in every scenario.
import {readdirSync, readFileSync, existsSync} from 'node:fs';
import {join} from 'node:path';
import {chart, judge, render, require, root, scenarios} from './chart.mjs';

const yaml = require('js-yaml');
const values = yaml.load(readFileSync(join(chart, 'values.yaml'), 'utf8'));
const services = Object.keys(values.services);
const rendered = new Map(scenarios.map((scenario) => [scenario, render(scenario)]));

const isHook = (object) => 'helm.sh/hook' in (object.metadata.annotations ?? {});
const podOf = (object) => object.kind === 'Pod' ? object.spec : object.spec?.template?.spec;
const withPods = (objects) => objects.filter(podOf);
const containersOf = (pod) => [...(pod.initContainers ?? []), ...pod.containers];
const named = (objects, kind, name) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name);
const deployments = (objects) => objects.filter((object) => object.kind === 'Deployment');
const fits = (selector, labels) =>
    Object.entries(selector).every(([key, value]) => labels?.[key] === value);
const flagsOf = (objects, service) =>
    named(objects, 'ConfigMap', `duban-${service}`).data['duban.flags'].trim().split('\n');

// Problems of each element of a list, under its name.
const each = (list, name, problem) => list.flatMap((element) => {
  const found = [problem(element)].flat().filter(Boolean);
  return found.map((text) => `${name(element)}: ${text}`);
});
const eachObject = (objects, problem) =>
    each(objects, (object) => `${object.kind} ${object.metadata.name}`, problem);
const eachContainer = (objects, problem) => eachObject(
    withPods(objects),
    (object) => each(containersOf(podOf(object)), (container) => container.name, problem));

// The flags that a service's program has, from its sources; nothing while the service is not there.
function knownFlags(service) {
  const files = [join(root, 'common/server/options.cc'), join(root, `services/${service}/options.cc`)];
  const sources = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'));
  return new Set([...sources.join('\n').matchAll(/ABSL_FLAG\(\s*[\w:]+,\s*(\w+)/g)].map((m) => m[1]));
}
const isBuilt = (service) => existsSync(join(root, 'services', service));

function servicesOfProtos(area) {
  const folder = join(root, 'proto/duban', area, 'v1');
  return readdirSync(folder).flatMap(
      (file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/^service (\w+)/gm)].map(
          (match) => `duban.${area}.v1.${match[1]}`));
}

// Promises that hold in every scenario: what is promised → problems of the rendered objects.
const promises = {
  'no two objects of a kind have one name': (objects) => {
    const seen = new Set();
    return eachObject(objects, (object) => {
      const key = `${object.kind} ${object.metadata.name}`;
      return seen.has(key) ? 'twice' : (seen.add(key), null);
    });
  },
  'every workload selects its own pods and no others': (objects) => {
    const workloads = objects.filter((object) => object.spec?.selector?.matchLabels && podOf(object));
    return eachObject(workloads, (object) => workloads.flatMap((other) => {
      const own = fits(object.spec.selector.matchLabels, other.spec.template.metadata.labels);
      return own === (object === other) ? [] : [`${own ? 'selects' : 'misses'} ${other.metadata.name}`];
    }));
  },
  'every Service, budget, monitor and policy selects something': (objects) => {
    const labels = [
      ...withPods(objects).map((object) => object.spec.template?.metadata.labels ?? object.metadata.labels),
      ...objects.filter((object) => object.kind === 'Service').map((object) => object.metadata.labels),
    ];
    return eachObject(objects, (object) => {
      const selector = object.kind === 'Service' ? object.spec.selector :
          object.spec?.selector?.matchLabels ?? object.spec?.podSelector?.matchLabels;
      return selector && !labels.some((set) => fits(selector, set)) ? 'selects nothing' : null;
    });
  },
  'ports of Services are ports of their pods': (objects) => eachObject(
      objects.filter((object) => object.kind === 'Service'),
      (service) => withPods(objects)
          .filter((object) => object.spec.template && fits(service.spec.selector, object.spec.template.metadata.labels))
          .flatMap((object) => {
            const ports = podOf(object).containers.flatMap((c) => c.ports.map((p) => p.name));
            return service.spec.ports.filter((p) => !ports.includes(p.targetPort)).map((p) => p.name);
          })),
  'every service is deployed, with an address for outside and one for its peers': (objects) =>
      services.flatMap((service) => [
        named(objects, 'Deployment', `duban-${service}`) ? null : `${service}: no Deployment`,
        named(objects, 'Service', `duban-${service}`)?.spec.clusterIP === undefined ? null : `${service}: no address`,
        named(objects, 'Service', `duban-${service}-headless`)?.spec.clusterIP === 'None' ? null : `${service}: no headless Service`,
      ]).filter(Boolean),
  'pods are restricted': (objects) => eachObject(withPods(objects), (object) => {
    const pod = podOf(object);
    return [
      pod.securityContext?.runAsNonRoot === true ? null : 'may run as root',
      pod.securityContext?.seccompProfile?.type === 'RuntimeDefault' ? null : 'no seccomp profile',
      pod.automountServiceAccountToken === false ? null : 'has a token of Kubernetes',
      pod.hostNetwork || pod.hostPID || pod.hostIPC ? 'shares the host' : null,
      pod.volumes?.some((volume) => volume.hostPath) ? 'has a hostPath' : null,
    ];
  }),
  'containers are restricted': (objects) => eachContainer(objects, (container) => [
    container.securityContext?.allowPrivilegeEscalation === false ? null : 'may gain privileges',
    container.securityContext?.readOnlyRootFilesystem === true ? null : 'may write its root',
    container.securityContext?.capabilities?.drop?.includes('ALL') ? null : 'keeps capabilities',
  ]),
  'containers say what they need, and memory is limited': (objects) => eachContainer(
      objects, ({resources}) => [
        resources?.requests?.cpu && resources?.requests?.memory ? null : 'no requests',
        resources?.limits?.memory ? null : 'no limit of memory',
      ]),
  'every mount has its volume, and every volume a mount': (objects) => eachObject(withPods(objects), (object) => {
    const pod = podOf(object);
    const volumes = [...(pod.volumes ?? []), ...(object.spec.volumeClaimTemplates ?? []).map((c) => c.metadata)].map((v) => v.name);
    const mounts = containersOf(pod).flatMap((c) => (c.volumeMounts ?? []).map((m) => m.name));
    return [...mounts.filter((m) => !volumes.includes(m)), ...volumes.filter((v) => !mounts.includes(v))];
  }),
  'no password stands in an object': (objects) =>
      eachObject(objects, (object) => object.kind === 'Secret' ? 'the chart makes no Secrets' : null),
  'Kubernetes gives no rights': (objects) => eachObject(
      objects, (object) => /Role/.test(object.kind) ? 'is not needed' : null),
  'the grace period fits pause, drain and the metrics page': (objects) => eachObject(
      deployments(objects), (object) => {
        const [container] = podOf(object).containers;
        const drain = flagsOf(objects, container.name).find((flag) => flag.startsWith('--drain_timeout='));
        const needed = container.lifecycle.preStop.sleep.seconds + parseInt(drain.split('=')[1]) + 3;
        return podOf(object).terminationGracePeriodSeconds >= needed ? null : `less than ${needed} s`;
      }),
  'an update takes no replica away before there is another that callers have found': (objects) => eachObject(
      deployments(objects), ({spec}) => [
        spec.strategy.rollingUpdate.maxUnavailable === 0 ? null : 'it does',
        spec.minReadySeconds >= 2 ? null : 'they have no time for it',
      ]),
  'liveness asks for the process, readiness for the database': (objects) => eachObject(
      deployments(objects), (object) => {
        const [{livenessProbe, readinessProbe, startupProbe}] = podOf(object).containers;
        const health = (probe) => probe.grpc ? probe.grpc.service ?? '' :
            probe.exec.command.at(-1) === 'liveness' ? 'liveness' : '';
        return [
          health(livenessProbe) === 'liveness' ? null : 'a database that is down restarts it',
          health(startupProbe) === 'liveness' ? null : 'a database that is down restarts it at start',
          health(readinessProbe) === '' ? null : 'it gets calls that it cannot answer',
        ];
      }),
  'replicas are spread': (objects) => eachObject(
      deployments(objects), (object) =>
        podOf(object).topologySpreadConstraints.map((c) => c.topologyKey).join() ===
            'kubernetes.io/hostname,topology.kubernetes.io/zone' ? null : 'they are not'),
  'a change of flags is a new pod': (objects) => {
    const sums = deployments(objects).map((object) => object.spec.template.metadata.annotations['checksum/flags']);
    return sums.every(Boolean) && new Set(sums).size === sums.length ? [] : ['checksums are missing or the same'];
  },
  'a service knows the headless address of each that it calls': (objects) =>
      services.flatMap((service) => values.services[service].calls.map((called) => {
        const port = values.services[called].port;
        const flag = `--${called}_target=dns:///duban-${called}-headless:${port}`;
        return flagsOf(objects, service).includes(flag) ? null : `${service} lacks ${flag}`;
      })).filter(Boolean),
  'every flag is one that the program has': (objects) => services.filter(isBuilt).flatMap((service) => {
    const known = knownFlags(service);
    return flagsOf(objects, service)
        .map((flag) => flag.slice(2).split('=')[0])
        .filter((flag) => !known.has(flag))
        .filter((flag) => !flag.endsWith('_target') || isBuilt(flag.replace('_target', '')))
        .map((flag) => `${service} has no --${flag}`);
  }),
  'a migration before installation needs nothing of the release': (objects) => eachObject(
      objects.filter((object) => object.kind === 'Job'), (job) => {
        const pod = podOf(job);
        const made = objects.filter((object) => !isHook(object)).map((object) => object.metadata.name);
        const used = [
          pod.serviceAccountName,
          ...pod.volumes.map((volume) => volume.configMap?.name ?? volume.secret?.secretName),
        ].filter(Boolean);
        return [
          job.metadata.annotations['helm.sh/hook'] === 'pre-install,pre-upgrade' ? null : 'is no hook',
          ...used.filter((name) => made.includes(name)).map((name) => `uses ${name}`),
        ];
      }),
  'migrations run once for each service': (objects) => {
    const migrations = eachContainer(objects, (c) => c.name === 'migrate' ? c.command[0] : null);
    return migrations.length === services.length ? [] : [`${migrations.length} of ${services.length}`];
  },
  'the smoke test asks every service': (objects) => {
    const asked = named(objects, 'Pod', 'duban-test').spec.containers.map((container) => container.name);
    return services.filter((service) => !asked.includes(service));
  },
};

// What single scenarios, or values given besides, change.
const special = {
  'the services of the contract are those that callers outside may ask for': () =>
      services.filter((service) => existsSync(join(root, 'proto/duban', service))).flatMap((service) => {
        const wanted = servicesOfProtos(service).sort().join();
        const got = [...values.services[service].grpcServices].sort().join();
        return wanted === got ? [] : [`${service}: ${got} instead of ${wanted}`];
      }),
  'ports are those that the programs listen on by themselves': () =>
      services.filter(isBuilt).flatMap((service) => {
        const main = readFileSync(join(root, `services/${service}/main.cc`), 'utf8');
        const {port, metricsPort} = values.services[service];
        return main.includes(`{.grpc = ${port}, .metrics = ${metricsPort}}`) ? [] : [service];
      }),
  'TLS: files are mounted, and probes speak it': () => {
    const objects = rendered.get('external-mysql-tls');
    return eachObject(deployments(objects), (object) => {
      const [container] = podOf(object).containers;
      const flags = flagsOf(objects, container.name);
      const wanted = ['tls_certificate_file', 'tls_key_file', 'tls_client_ca_file', 'peer_ca_file', 'database_tls_ca_file'];
      return [
        ...wanted.filter((name) => !flags.some((flag) => flag.startsWith(`--${name}=/etc/duban/`))),
        container.readinessProbe.exec?.command.includes('--ca-file=/etc/duban/tls/ca.crt') ? null : 'probe without TLS',
        podOf(object).volumes.some((v) => v.secret?.secretName === `${object.metadata.name}-tls`) ? null : 'no certificate',
      ];
    });
  },
  'TLS: certificates are for every name that is called, and for both sides': () => {
    const objects = rendered.get('external-mysql-tls');
    return services.flatMap((service) => {
      const {dnsNames, usages, secretName} = named(objects, 'Certificate', `duban-${service}-tls`).spec;
      return [
        dnsNames.includes(`duban-${service}-headless`) && dnsNames.includes('localhost') ? null : `${service}: names`,
        usages.includes('server auth') && usages.includes('client auth') ? null : `${service}: usages`,
        secretName === `duban-${service}-tls` ? null : `${service}: secret`,
      ].filter(Boolean);
    });
  },
  'the network lets a service be called by its callers alone': () => {
    const objects = rendered.get('external-mysql-tls');
    return services.flatMap((service) => {
      const policy = named(objects, 'NetworkPolicy', `duban-${service}`);
      const components = policy.spec.ingress.filter((rule) => rule.ports[0].port === 'grpc')
          .flatMap((rule) => rule.from).filter((peer) => peer.podSelector)
          .map((peer) => peer.podSelector.matchLabels['app.kubernetes.io/component']);
      const wanted = [...services.filter((other) => values.services[other].calls.includes(service)), 'test'];
      return components.sort().join() === wanted.sort().join() ? [] : [`${service}: ${components}`];
    });
  },
  'only who reaches outside may': () => {
    const objects = rendered.get('external-mysql-tls');
    return services.flatMap((service) => {
      const egress = named(objects, 'NetworkPolicy', `duban-${service}`).spec.egress;
      const open = egress.some((rule) => !rule.ports);
      return open === Boolean(values.services[service].reachesOutside) ? [] : [service];
    });
  },
  'a user of its own for migrations is nobody else\'s': () => {
    const objects = rendered.get('external-mysql-tls');
    const keys = (pod) => pod.volumes.find((v) => v.name === 'database').secret.items.map((i) => i.key).join();
    return [
      ...eachObject(deployments(objects), (o) => keys(podOf(o)) === 'password' ? null : 'sees it'),
      ...eachObject(objects.filter((o) => o.kind === 'Job'),
                    (o) => podOf(o).containers[0].args.includes('--database_user=duban_owner') ? null : 'does not use it'),
    ];
  },
  'a secret of one service is nobody else\'s': () => eachObject(
      deployments(rendered.get('external-mysql-tls')), (object) => {
        const has = podOf(object).volumes.some((v) => v.secret?.secretName === 'duban-notification');
        const flag = flagsOf(rendered.get('external-mysql-tls'), podOf(object).containers[0].name)
            .includes('--secrets_key_file=/etc/duban/own/secrets.key');
        const wanted = object.metadata.name === 'duban-notification';
        return has === wanted && flag === wanted ? null : `has it: ${has}, knows it: ${flag}`;
      }),
  'the notification service knows working days and hours': () => {
    const objects = rendered.get('minimal');
    const flags = flagsOf(objects, 'notification');
    const wanted = ['--calendar_file=/etc/duban/config/calendar_file', '--working_hours=08:30-17:30', '--digest_time=16:30'];
    const shipped = named(objects, 'ConfigMap', 'duban-notification').data.calendar_file;
    const delivered = readFileSync(join(root, 'deploy/plans/working-days-cn.json'), 'utf8');
    return [
      ...wanted.filter((flag) => !flags.includes(flag)),
      JSON.stringify(JSON.parse(shipped)) === JSON.stringify(JSON.parse(delivered)) ? null : 'the notices are not those of deploy/',
    ].filter(Boolean);
  },
  'notices of one\'s own replace those of the chart, in new pods': () => {
    const own = render('minimal', '--set-string', 'services.notification.files.calendar_file=\\{\\}');
    const sum = (objects) =>
        named(objects, 'Deployment', 'duban-notification').spec.template.metadata.annotations['checksum/flags'];
    return [
      named(own, 'ConfigMap', 'duban-notification').data.calendar_file.trim() === '{}' ? null : 'they do not',
      sum(own) !== sum(rendered.get('minimal')) ? null : 'the pods stay',
    ].filter(Boolean);
  },
  'channels and the passwords that they name come from the notification service\'s own Secret': () => {
    const objects = rendered.get('external-mysql-tls');
    const flags = flagsOf(objects, 'notification');
    const mount = podOf(named(objects, 'Deployment', 'duban-notification')).containers[0].volumeMounts
        .find((m) => m.name === 'own');
    return [
      flags.includes('--channels_file=/etc/duban/own/channels.json') ? null : 'no channels',
      flags.includes('--secrets_key_file=/etc/duban/own/secrets.key') ? null : 'no key',
      mount.mountPath === '/etc/duban/own' && !mount.subPath ? null : 'not the whole Secret',
    ].filter(Boolean);
  },
  'autoscaling decides on replicas alone': () => {
    const objects = rendered.get('external-mysql-tls');
    return eachObject(deployments(objects), (object) => [
      object.spec.replicas === undefined ? null : 'replicas are fixed',
      named(objects, 'HorizontalPodAutoscaler', object.metadata.name) ? null : 'no autoscaler',
    ]);
  },
  'every replica is read once, under the job that rules go by': () => {
    const objects = rendered.get('monitoring');
    return services.flatMap((service) => {
      const {selector, endpoints} = named(objects, 'ServiceMonitor', `duban-${service}`).spec;
      const read = objects.filter((object) => object.kind === 'Service' &&
          fits(selector.matchLabels, object.metadata.labels) &&
          object.spec.ports.some((port) => port.name === endpoints[0].port));
      return read.length === 1 && endpoints[0].relabelings[0].replacement === `duban-${service}` ? [] : [service];
    });
  },
  'rules and dashboards are those of deploy/': () => {
    const objects = rendered.get('monitoring');
    const folder = join(root, 'deploy/prometheus/rules');
    const groups = readdirSync(folder).flatMap((file) => yaml.load(readFileSync(join(folder, file), 'utf8')).groups);
    const inChart = named(objects, 'PrometheusRule', 'duban').spec.groups;
    const links = inChart.flatMap((group) => group.rules).filter((rule) => rule.alert).map((rule) => rule.annotations.runbook_url);
    const dashboards = readdirSync(join(root, 'deploy/grafana')).filter((file) => file.endsWith('.json'));
    const shipped = named(objects, 'ConfigMap', 'duban-dashboards').data;
    return [
      inChart.map((group) => group.name).join() === groups.map((group) => group.name).join() ? null : 'other groups',
      links.length > 0 && links.every((link) => link.startsWith('https://wiki.example.gov.cn/duban/runbooks/')) ? null : 'links',
      ...dashboards.filter((file) =>
        JSON.stringify(JSON.parse(shipped[file] ?? '0')) !== JSON.stringify(JSON.parse(readFileSync(join(root, 'deploy/grafana', file), 'utf8')))),
    ].filter(Boolean);
  },
  'a development database is waited for by the pods themselves': () => {
    const objects = rendered.get('development');
    return [
      objects.some((object) => object.kind === 'Job') ? 'a job would run before it is there' : null,
      ...eachObject(deployments(objects), (object) => podOf(object).initContainers?.length === 1 ? null : 'does not migrate'),
    ].filter(Boolean);
  },
  'a large number in flags stays one': () => {
    const objects = render('minimal', '--set', 'services.review.flags.max_request_bytes=16777216');
    return flagsOf(objects, 'review').includes('--max_request_bytes=16777216') ? [] : ['it does not'];
  },
  'review alone runs from the image that prints': () => {
    const image = (object) => podOf(object).containers[0].image;
    return eachObject(deployments(rendered.get('minimal')), (object) => {
      const wanted = object.metadata.name === 'duban-review' ? 'duban-review:0.1.0' : 'duban:0.1.0';
      return image(object) === wanted ? null : image(object);
    });
  },
  'one more entry is one more service': () => {
    const entry = {port: 8080, metricsPort: 8081, calls: ['indicator'], grpcServices: []};
    const objects = render('minimal', '--set-json', `services.gateway=${JSON.stringify(entry)}`);
    return [['Deployment', ''], ['Service', '-headless'], ['ConfigMap', ''], ['Job', '-migrate']].flatMap(
        ([kind, suffix]) => named(objects, kind, `duban-gateway${suffix}`) ? [] : [`no ${kind}`]);
  },
};

const claims = Object.entries(promises).flatMap(([name, check]) => scenarios.map((scenario) => ({
  name: `${scenario}: ${name}`, problems: check(rendered.get(scenario)),
})));
claims.push(...Object.entries(special).map(([name, check]) => ({name, problems: check()})));
judge('helm properties', claims);
