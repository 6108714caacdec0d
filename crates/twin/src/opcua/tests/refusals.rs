//! Who may ask, and what is not served.

use super::*;

#[test]
fn nobody_asks_without_a_session_and_there_is_one_at_a_time() {
    let mut client = Client::open(65_535, 0);
    let asked = [value("STS07/Load/Net")];
    assert_eq!(client.ask(631, read(&asked, 0)), Err(0x8025), "no session");
    client.create();
    assert_eq!(client.ask(631, read(&asked, 0)), Err(0x8027), "not active");
    assert_eq!(client.ask(461, create_session()), Err(0x8056));
    let token = client.token;
    client.token = NodeId::default();
    assert_eq!(client.ask(467, activate(ExtensionObject::default())), Err(0x8025), "somebody else's");
    client.token = token;
    client.ask(467, activate(ExtensionObject::default())).unwrap();
    client.ask(631, read(&asked, 0)).unwrap();
    client
        .ask(473, Body::CloseSessionRequest(CloseSessionRequest { delete_subscriptions: Flag(1) }))
        .unwrap();
    assert_eq!(client.ask(631, read(&asked, 0)), Err(0x8025));
    client.create();
    assert_ne!(client.token, token);
}

#[test]
fn who_has_a_name_needs_its_password_and_certificates_are_not_taken() {
    let named = |user_name, password| {
        let mut named = Vec::new();
        let (user_name, password) = (Text::new(user_name), Blob(Some(password)));
        let (policy_id, encryption_algorithm) = (Text::new("username"), Text(None));
        UserNameIdentityToken { policy_id, user_name, password, encryption_algorithm }.write(&mut named);
        named
    };
    let right = named("engineer", b"quayside");
    for (type_id, shown, expected) in [
        (324, &right, Ok(())),
        (324, &named("engineer", b"admin"), Err(0x801F)),
        (324, &named("anybody", b"quayside"), Err(0x801F)),
        (324, &Vec::new(), Err(0x801F)),
        (321, &right, Ok(())),
        (327, &right, Err(0x8020)),
        (940, &right, Err(0x8020)),
    ] {
        let mut client = Client::open(65_535, 0);
        client.create();
        let token = ExtensionObject::standard(type_id, shown);
        assert_eq!(client.ask(467, activate(token)).map(|_| ()), expected, "{type_id} {shown:02x?}");
        let asked = [value("STS07/Load/Net")];
        assert_eq!(client.ask(631, read(&asked, 0)).is_ok(), expected.is_ok());
    }
}

#[test]
fn what_is_not_served_is_a_fault_with_the_requests_handle() {
    let mut client = Client::connected();
    // AddNodes; QueryFirst; a message nobody knows.
    for type_id in [488, 615, 12_345] {
        let body = if type_id == 488 {
            Body::AddNodesRequest(AddNodesRequest { nodes_to_add: Array::NULL })
        } else {
            Body::Unread(&[0; 8])
        };
        let handle = client.last + 100;
        let heard = client.say(type_id, body);
        let [Heard::Message(message)] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!(answered(message), Err(0x800B));
        let Head::Response(header) = Message::decode(message).unwrap().0.head else { panic!() };
        assert_eq!(header.request_handle, handle);
    }
    assert_eq!(client.ask(631, Body::Unread(&[0; 9])), Err(0x8007), "half a request");
}

#[test]
fn a_request_names_something_and_not_too_much() {
    let mut client = Client::connected();
    assert_eq!(client.ask(631, read(&[], 0)), Err(0x800F));
    let many = vec![value("STS07/Load/Net"); 501];
    assert_eq!(client.ask(631, read(&many, 0)), Err(0x8010));
    assert!(client.ask(631, read(&many[..500], 0)).is_ok());
    assert_eq!(client.ask(631, read(&many[..1], 4)), Err(0x802B));
    let asked = ReadRequest { max_age: -1.0, timestamps_to_return: 0, nodes_to_read: Array::of(&many[..1]) };
    assert_eq!(client.ask(631, Body::ReadRequest(asked)), Err(0x8070));
}

#[test]
fn there_is_one_endpoint_at_the_address_by_which_the_client_came() {
    let mut client = Client::open(65_535, 0);
    let (endpoint_url, nothing) = (Text::new("opc.tcp://other:1"), Array::NULL);
    let asked = GetEndpointsRequest { endpoint_url, locale_ids: nothing, profile_uris: nothing };
    let bytes = client.ask(428, Body::GetEndpointsRequest(asked)).unwrap();
    let Body::GetEndpointsResponse(response) = body(&bytes) else { panic!() };
    let [endpoint] = response.endpoints.iter().collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!((endpoint.endpoint_url, endpoint.security_mode), (Text::new(URL), 1));
    assert_eq!(endpoint.security_policy_uri, Text::new(POLICY));
    assert_eq!(endpoint.user_identity_tokens.iter().map(|it| it.token_type).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn the_server_is_found_unless_only_others_are_asked_for() {
    let mut client = Client::open(65_535, 0);
    for (uri, expected) in [(None, 1), (Some("urn:quaywatch:twin:STS07"), 1), (Some("urn:other"), 0)] {
        let uris: Vec<_> = uri.into_iter().map(Text::new).collect();
        let (endpoint_url, locale_ids) = (Text::new(URL), Array::NULL);
        let asked = FindServersRequest { endpoint_url, locale_ids, server_uris: Array::of(&uris) };
        let bytes = client.ask(422, Body::FindServersRequest(asked)).unwrap();
        let Body::FindServersResponse(response) = body(&bytes) else { panic!() };
        assert_eq!(response.servers.len(), expected);
    }
}
