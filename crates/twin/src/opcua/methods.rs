//! Calling methods (OPC 10000-4, 5.12), which do what writing their signal would.

use super::attributes::set;
use super::services::{Answer, operations, parameters};
use super::space::{Class, METHODS, Method, Place, Space, held, one};
use super::status;
use crate::Plc;
use quaywatch_crane::{Tag, find};
use quaywatch_protocols::opcua::builtin::StatusCode;
use quaywatch_protocols::opcua::codec::{Array, Flag};
use quaywatch_protocols::opcua::messages::{CallMethodRequest, CallMethodResult, CallRequest, CallResponse};
use quaywatch_protocols::opcua::variant::{Scalar, Variant};

/// Why a call is refused; and, where its arguments are why, what was wrong with each.
struct Refusal(StatusCode, &'static [StatusCode]);

impl From<StatusCode> for Refusal {
    fn from(status: StatusCode) -> Self {
        Self(status, &[])
    }
}

pub(super) fn call(space: &Space, plc: &mut Plc, asked: &CallRequest<'_>) -> Answer {
    let results: Vec<_> = operations(&asked.methods_to_call)?
        .map(|asked| {
            let Refusal(status_code, arguments) =
                call_one(space, plc, &asked).err().unwrap_or(Refusal(StatusCode::GOOD, &[]));
            CallMethodResult {
                status_code,
                input_argument_results: Array::of(arguments),
                input_argument_diagnostic_infos: Array::NULL,
                output_arguments: Array::NULL,
            }
        })
        .collect();
    parameters(&CallResponse { results: Array::of(&results), diagnostic_infos: Array::NULL })
}

fn call_one(space: &Space, plc: &mut Plc, asked: &CallMethodRequest<'_>) -> Result<(), Refusal> {
    let object = space.place(&asked.object_id)?;
    let method = find_method(space, object, asked).ok_or(status::BAD_METHOD_INVALID)?;
    let tag = find(method.tag).ok_or(status::BAD_METHOD_INVALID)?;
    let set_to = match (method.argument, asked.input_arguments.len()) {
        (None, 0) => return Ok(set(plc, tag, &held(&one(&Scalar::Boolean(Flag(1)))))?),
        (Some(_), 1) => asked.input_arguments.iter().next().unwrap_or_default(),
        (Some(_), 0) => return Err(status::BAD_ARGUMENTS_MISSING.into()),
        _ => return Err(status::BAD_TOO_MANY_ARGUMENTS.into()),
    };
    set_argument(plc, tag, &set_to)
}

fn set_argument(plc: &mut Plc, tag: &Tag, value: &Variant<'_>) -> Result<(), Refusal> {
    set(plc, tag, value).map_err(|_| Refusal(status::BAD_INVALID_ARGUMENT, &[status::BAD_TYPE_MISMATCH]))
}

/// The method, if the object has it.
fn find_method(space: &Space, object: Place, asked: &CallMethodRequest<'_>) -> Option<&'static Method> {
    let place = space.place(&asked.method_id).ok()?;
    let has_it = space.at(object).ok()?.references.iter().any(|it| it.forward && it.target == place);
    let node = space.at(place).ok().filter(|node| has_it && node.class == Class::Method)?;
    METHODS.iter().find(|method| method.name.as_bytes() == node.browse_name().name.bytes())
}
