"""Every problem a form or its answers can have, in both languages, each naming the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import Problem, Severity

_ANSWERS: dict[str, tuple[str, str]] = {
    "required": ("请填写“{label}”。", "Fill in “{label}”."),
    "required.choice": ("请选择“{label}”。", "Choose “{label}”."),
    "required.checked": ("请勾选“{label}”。", "Tick “{label}”."),
    "required.file": ("请上传“{label}”。", "Upload “{label}”."),
    "unseen": (
        "“{label}”是因您的填写而新出现的，请看过、填写后再提交。",
        "“{label}” has appeared because of what you filled in; look at it, then submit again.",
    ),
    "text.type": ("“{label}”应为文字。", "“{label}” must be text."),
    "text.characters": (
        "“{label}”含有无法保存的控制字符，请删除后重新输入。",
        "“{label}” contains control characters that cannot be kept; delete and retype it.",
    ),
    "text.lines": (
        "“{label}”只能填写一行，请去掉换行。",
        "“{label}” takes one line only; remove the line breaks.",
    ),
    "text.short": (
        "“{label}”至少 {limit} 个字，现为 {count} 个字。",
        "“{label}” needs at least {limit} characters; it has {count}.",
    ),
    "text.long": (
        "“{label}”最多 {limit} 个字，现为 {count} 个字，请精简。",
        "“{label}” takes at most {limit} characters; it has {count}. Shorten it.",
    ),
    "text.pattern": (
        "“{label}”的格式不符合要求，请按说明填写。",
        "“{label}” does not have the required format; follow the hint beside it.",
    ),
    "text.email": (
        "“{label}”应为电子邮箱，例如 name@example.com。",
        "“{label}” must be an e-mail address such as name@example.com.",
    ),
    "text.phone": (
        "“{label}”应为电话号码，例如 0737-1234567 或 13800000000。",
        "“{label}” must be a telephone number such as 0737-1234567 or 13800000000.",
    ),
    "number.type": (
        "“{label}”应为数字，例如 12 或 3.5。",
        "“{label}” must be a number such as 12 or 3.5.",
    ),
    "number.digits": (
        "“{label}”位数过多，请核对。",
        "“{label}” has too many digits; check it.",
    ),
    "number.integer": ("“{label}”应为整数。", "“{label}” must be a whole number."),
    "number.decimals": (
        "“{label}”最多保留 {limit} 位小数。",
        "“{label}” takes at most {limit} decimal places.",
    ),
    "number.step": (
        "“{label}”应为 {limit} 的整数倍。",
        "“{label}” must be a multiple of {limit}.",
    ),
    "number.min": ("“{label}”不得小于 {limit}。", "“{label}” must be at least {limit}."),
    "number.max": ("“{label}”不得大于 {limit}。", "“{label}” must be at most {limit}."),
    "date.type": (
        "“{label}”应为日期，例如 2026-09-01。",
        "“{label}” must be a date such as 2026-09-01.",
    ),
    "time.type": ("“{label}”应为时间，例如 09:30。", "“{label}” must be a time such as 09:30."),
    "datetime.type": (
        "“{label}”应为带时区的日期和时间，例如 2026-09-01T09:30:00+08:00。",
        "“{label}” must be a date and time with its zone, such as 2026-09-01T09:30:00+08:00.",
    ),
    "date.min": ("“{label}”不得早于 {limit}。", "“{label}” must not be before {limit}."),
    "date.max": ("“{label}”不得晚于 {limit}。", "“{label}” must not be after {limit}."),
    "date.past": (
        "“{label}”不得早于现在，请重新选择。",
        "“{label}” must not lie in the past; choose again.",
    ),
    "time.step": (
        "“{label}”应以 {limit} 分钟为间隔。",
        "“{label}” goes in steps of {limit} minutes.",
    ),
    "boolean.type": ("“{label}”只能勾选或不勾选。", "“{label}” is either ticked or not."),
    "choice.unknown": (
        "“{label}”的选项“{value}”不在可选范围内，请重新选择。",
        "“{value}” is not one of the choices of “{label}”; choose again.",
    ),
    "choice.type": ("“{label}”应为选项列表。", "“{label}” must be a list of choices."),
    "choice.twice": ("“{label}”有重复的选项。", "“{label}” has a choice twice."),
    "people.unknown": (
        "“{label}”中的人员“{value}”不存在或不具备所需身份，请重新选择。",
        "“{value}” in “{label}” is nobody who may be chosen here; choose again.",
    ),
    "file.type": ("“{label}”应为已上传的文件。", "“{label}” must be an uploaded file."),
    "file.unknown": (
        "“{label}”的文件没有上传成功或已失效，请重新上传。",
        "The file of “{label}” was not uploaded or is gone; upload it again.",
    ),
    "file.accept": (
        "“{label}”只接受 {limit} 格式的文件，“{value}”不符合。",
        "“{label}” takes {limit} files only; “{value}” is none.",
    ),
    "file.size": (
        "“{label}”的文件“{value}”超过 {limit}，请压缩或拆分后上传。",
        "The file “{value}” of “{label}” is larger than {limit}; compress or split it.",
    ),
    "file.many": ("“{label}”最多上传 {limit} 个文件。", "“{label}” takes at most {limit} file(s)."),
    "list.type": ("“{label}”应为若干行内容。", "“{label}” must be a list of rows."),
    "list.row": ("“{label}”的这一行格式不对。", "This row of “{label}” is malformed."),
    "list.few": (
        "“{label}”至少填写 {limit} 项，现有 {count} 项。",
        "“{label}” needs at least {limit} item(s); it has {count}.",
    ),
    "list.many": (
        "“{label}”最多 {limit} 项，现有 {count} 项，请删减。",
        "“{label}” takes at most {limit} item(s); it has {count}. Remove some.",
    ),
    "group.type": ("“{label}”的内容格式不对。", "The content of “{label}” is malformed."),
    "rule": (
        "“{label}”不符合填写规则，请核对。",
        "“{label}” breaks a rule of this form; check it.",
    ),
    "formula": (
        "“{label}”的规则无法计算，请联系管理员检查表单：{reason}",
        "A rule of “{label}” cannot be computed; ask an administrator to check the form: {reason}",
    ),
    "answers.type": (
        "提交的内容不是表单。请重新打开页面填写。",
        "What was sent is not a form. Open the page again.",
    ),
    "answers.many": (
        "提交的内容超过 {limit} 项，已拒收。请减少行数或分次办理。",
        "More than {limit} values were sent; they were refused. Send fewer rows.",
    ),
    "answers.deep": (
        "提交的内容嵌套过深，已拒收。请重新打开页面填写。",
        "What was sent is nested too deeply; it was refused. Open the page again.",
    ),
    "answers.long": (
        "提交的文字共超过 {limit} 字，已拒收。请精简，长文请作为附件上传。",
        "More than {limit} characters were sent; they were refused. Upload long texts as files.",
    ),
    "answers.unstable": (
        "表单的显示条件互相矛盾，无法确定显示哪些字段。请联系管理员修改表单。",
        "The form's conditions contradict each other. Ask an administrator to mend the form.",
    ),
}

_FORM: dict[str, tuple[str, str]] = {
    "form.size": (
        "表单文件超过 {limit} MB。请拆成几个表单。",
        "The form document is larger than {limit} MB. Split it into several forms.",
    ),
    "form.json": (
        "表单不是有效的 JSON：{reason}。请用建模器重新保存。",
        "The form is not valid JSON: {reason}. Save it again with the modeler.",
    ),
    "form.shape": (
        "表单最外层应是含有 components 列表的对象。请用建模器重新保存。",
        "A form must be an object with a list “components”. Save it again with the modeler.",
    ),
    "form.version": (
        "表单的 schemaVersion 应为正整数。",
        "The form's schemaVersion must be a positive whole number.",
    ),
    "form.newer": (
        "表单的 schemaVersion {value} 比本系统认识的版本新，个别设置可能不起作用。",
        "The form's schemaVersion {value} is newer than what is known here; some settings may do nothing.",
    ),
    "form.deep": (
        "分组嵌套超过 {limit} 层。请减少嵌套。",
        "Groups are nested more than {limit} deep. Nest less.",
    ),
    "form.components": (
        "表单组件超过 {limit} 个。请拆成几个表单。",
        "The form has more than {limit} components. Split it.",
    ),
    "form.circle": (
        "显示条件或计算字段互相循环引用：{value}。请去掉其中一个引用。",
        "Conditions or computed fields go in a circle: {value}. Remove one reference.",
    ),
    "form.chain": (
        "“{value}”的显示条件连环引用超过 {limit} 层。请简化。",
        "The condition of “{value}” hangs on more than {limit} others in a row. Simplify it.",
    ),
    "component.shape": ("组件应是 JSON 对象。", "A component must be a JSON object."),
    "component.type": (
        "不认识组件类型“{value}”。请改用受支持的类型，见表单手册。",
        "Component type “{value}” is not known. Use one the forms guide lists.",
    ),
    "component.refused": (
        "出于安全考虑不支持组件类型“{value}”。请改用文字（text）组件。",
        "Component type “{value}” is refused for safety. Use a text component.",
    ),
    "component.ignored": (
        "组件类型“{value}”不会显示。请删除，或改用文字（text）组件。",
        "Component type “{value}” is not shown. Delete it or use a text component.",
    ),
    "component.paged": (
        "分页组件“{value}”会作为分组显示在同一页上。",
        "The paging component “{value}” is shown as a group on one page.",
    ),
    "component.id": (
        "组件 id “{value}”重复。请用建模器重新保存。",
        "Component id “{value}” occurs twice. Save it again with the modeler.",
    ),
    "key.missing": (
        "缺少字段键（key 或 path）。请填写。",
        "The field has no key (or path). Give it one.",
    ),
    "key.bad": (
        "字段键“{value}”无效：用字母、汉字、数字和下划线，不以数字或下划线开头，层级用点分隔。",
        "The key “{value}” is not usable: letters, digits, underscores, a letter first; dots between levels.",
    ),
    "key.reserved": (
        "字段键“{value}”是保留词。请换一个名称。",
        "The key “{value}” is reserved. Choose another name.",
    ),
    "key.twice": (
        "字段键“{value}”重复或与另一字段的上级相同。请改名。",
        "The key “{value}” is used twice, or is also the parent of another. Rename one.",
    ),
    "label.missing": (
        "字段没有标签，读屏软件和打印件上将只显示键名。请填写 label。",
        "The field has no label; screen readers and print would show its key. Give it one.",
    ),
    "attribute.type": (
        "属性 {name} 应为{expected_zh}。",
        "Attribute {name} must be {expected_en}.",
    ),
    "attribute.long": (
        "属性 {name} 超过 {limit} 个字符。请缩短。",
        "Attribute {name} is longer than {limit} characters. Shorten it.",
    ),
    "attribute.range": (
        "属性 {name} 的下限大于上限。请核对。",
        "Attribute {name}: the lower bound is above the upper one. Check them.",
    ),
    "attribute.kind": (
        "属性 {name} 对“{value}”类型的字段不起作用。请删除。",
        "Attribute {name} does nothing on a “{value}”. Remove it.",
    ),
    "property.unknown": (
        "扩展属性 {name} 不起作用，可能是拼写有误。",
        "The property {name} does nothing here; perhaps it is misspelt.",
    ),
    "formula.bad": (
        "属性 {name} 的 FEEL 表达式有误：{reason}",
        "The FEEL expression in {name} is wrong: {reason}",
    ),
    "template.bad": (
        "属性 {name} 的模板有误：{reason}",
        "The template in {name} is wrong: {reason}",
    ),
    "pattern.bad": (
        "正则表达式不被支持：{reason}。不能使用反向引用和环视（RE2 语法）。",
        "The pattern is not supported: {reason}. Back-references and look-around do not exist (RE2 syntax).",
    ),
    "options.none": (
        "没有选项。请填写 values、valuesKey 或 valuesExpression 之一，或设 picker 为 people。",
        "There are no choices. Give values, valuesKey or valuesExpression, or the picker people.",
    ),
    "options.many": (
        "选项来源只能有一种，且不超过 {limit} 项。",
        "There may be one source of choices, with at most {limit} entries.",
    ),
    "options.bad": (
        "每个选项应有 label 和 value，且 value 不为空、不重复：{value}",
        "Each choice needs a label and a value, not empty and not twice: {value}",
    ),
    "default.bad": (
        "默认值与字段类型不符：{reason}",
        "The default value does not fit the field: {reason}",
    ),
    "picker.bad": (
        "picker 只能是 people，且只用于单行文本、下拉或标签字段。",
        "The picker can only be “people”, on a textfield, select or taglist.",
    ),
    "rule.alone": (
        "写了 validMessage 却没有 validWhen。请补上规则。",
        "There is a validMessage without a validWhen. Add the rule.",
    ),
    "rule.silent": (
        "写了 validWhen 却没有 validMessage，填表人不知道错在哪里。请补上说明。",
        "There is a validWhen without a validMessage; whoever fills it in will not know what is wrong.",
    ),
    "readonly.row": (
        "可增删行的列表中不能有只读字段，因为行号会变。请改用计算字段或去掉增删。",
        "A list with rows to add and remove cannot hold read-only fields, because rows move. Use an expression.",
    ),
}


def _problem(
    table: Mapping[str, tuple[str, str]],
    code: str,
    where: str,
    severity: Severity,
    data: Mapping[str, Any],
    english: Mapping[str, str],
) -> Problem:
    zh, en = table[code]
    told = {
        name: english.get(value, value) if isinstance(value, str) else value
        for name, value in data.items()
    }
    return Problem(
        code=f"form.{code}" if table is _ANSWERS else code,
        zh=zh.format(**data),
        en=en.format(**told),
        where=where,
        severity=severity,
        data=dict(data),
    )


def answer_problem(
    code: str, where: str, *, texts: Mapping[str, str] | None = None, **data: Any
) -> Problem:
    """One thing wrong with an answer; ``texts`` gives the English of labels named in it."""
    return _problem(_ANSWERS, code, where, "error", data, texts or {})


def form_problem(code: str, where: str, *, severity: Severity = "error", **data: Any) -> Problem:
    """One thing wrong with a form document."""
    return _problem(_FORM, code, where, severity, data, {})
