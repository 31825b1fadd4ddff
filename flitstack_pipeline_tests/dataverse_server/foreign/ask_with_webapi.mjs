// Runs under Node: the library dynamics-web-api asks the server whose state file is the first argument.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [stateFile, modules, accountId, changeAt] = process.argv.slice(2);
const { DynamicsWebApi } = createRequire(`${modules}/`)("dynamics-web-api");
const state = JSON.parse(readFileSync(stateFile, "utf8"));

async function token() {
    const form = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: state.client_id,
        client_secret: state.client_secret,
        scope: `${state.url}/.default`,
    });
    const reply = await fetch(`${state.authority}/${state.tenant}/oauth2/v2.0/token`, { method: "POST", body: form });
    return (await reply.json()).access_token;
}

async function control(name, ...args) {
    const reply = await fetch(state.control_url + name, {
        method: "POST",
        headers: { "X-Control-Key": state.control_key },
        body: JSON.stringify({ args, kwargs: {} }),
    });
    const answer = await reply.json();
    if (answer.error) throw new Error(answer.error);
    return answer.result;
}

async function refused(promise) {
    try {
        await promise;
    } catch (error) {
        return { status: error.status, code: error.code, message: error.message };
    }
    return null;
}

const api = new DynamicsWebApi({
    serverUrl: state.url,
    dataApi: { version: "9.2" },
    onTokenRefresh: token,
    includeAnnotations: "*",
});
const answers = {};

// Pages with change tracking: the combined Prefer header, the next links, and the delta link at the end.
const tracked = { collection: "accounts", select: ["name"], trackChanges: true, maxPageSize: 3 };
answers.pages = [];
let page = await api.retrieveMultiple(tracked);
for (;;) {
    answers.pages.push([page.value.map((row) => row.name), Boolean(page["@odata.deltaLink"])]);
    if (!page["@odata.nextLink"]) break;
    page = await api.retrieveMultiple(tracked, page["@odata.nextLink"]);
}
await control("update", "account", accountId, { name: "Changed" });
await control("delete", "account", changeAt);
const delta = await api.retrieveMultiple(tracked, page["@odata.deltaLink"]);
answers.delta = delta.value.map((row) => (row.reason ? [row.reason, row.id] : ["changed", row.name]));
answers.next_delta = (await api.retrieveMultiple(tracked, delta["@odata.deltaLink"])).value.length;
answers.with_filter = await refused(api.retrieveMultiple({ ...tracked, filter: "statecode eq 0" }));
await control("expire_deltas", "account");
answers.expired = await refused(api.retrieveMultiple(tracked, delta["@odata.deltaLink"]));

// Formatted values, as the library reads them off the annotations.
const all = await api.retrieveAll({ collection: "accounts", select: ["name", "industrycode", "_ownerid_value", "revenue"] });
answers.formatted = [
    all.value[0].industrycode_Formatted,
    all.value[0]._ownerid_value_Formatted,
    all.value[0]._ownerid_value_LogicalName,
    all.value[0].revenue,
];
answers.count = await api.count({ collection: "accounts" });
answers.who = (await api.callFunction({ functionName: "WhoAmI" })).UserId;
const attributes = await api.retrieveAttributes({
    entityKey: "LogicalName='account'",
    castType: "Microsoft.Dynamics.CRM.PicklistAttributeMetadata",
    select: ["LogicalName"],
    expand: [{ property: "OptionSet", select: ["Options"] }],
});
answers.options = Object.fromEntries(
    attributes.value.map((one) => [one.LogicalName, one.OptionSet && one.OptionSet.Options.map((option) => option.Value)]),
);
answers.entities = (await api.retrieveEntities({ select: ["LogicalName"], filter: "IsCustomEntity eq true" })).value.map(
    (one) => one.LogicalName,
);

// A file in ranges, as the library downloads it.
const file = await api.downloadFile({ collection: "accounts", key: state.file_row, property: "new_contract" });
answers.file = [file.fileName, file.fileSize, file.data.length];

// Several reads in one request.
api.startBatch();
api.retrieveMultiple({ collection: "teams", select: ["name"] });
api.retrieve({ collection: "accounts", key: accountId, select: ["name"] });
const [teams, one] = await api.executeBatch();
answers.batch = [teams.value[0].name, one.name];

answers.wrong_set = await refused(api.retrieveMultiple({ collection: "nothings" }));
await control("fault", "throttle_requests", "/contacts");
answers.throttled = await refused(api.retrieveMultiple({ collection: "contacts" }));
console.log(JSON.stringify(answers));
